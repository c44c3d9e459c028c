package allocation.pulsar;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.StallingServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicAdminTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: what is given up leaves its connection. There are five by default. */
  @ParameterizedTest
  @EnumSource
  void an_admin_that_stalled_is_heard_when_it_speaks_again(StallingServer.Stall stall) {
    StallingServer server = new StallingServer(vertx, stall, "");
    TopicAdmin admin =
        new TopicAdmin(
            vertx,
            new Settings(
                "pulsar://127.0.0.1:1",
                "http://127.0.0.1:" + server.port(),
                Settings.DEFAULT_NAMESPACE,
                Optional.empty(),
                Optional.empty(),
                1_000,
                1,
                1_024));
    List<Future<Void>> unheard =
        Stream.generate(() -> admin.ensureUnpartitioned("a-topic")).limit(5).toList();

    assertThat(unheard).allSatisfy(made -> assertThat(failure(made)).isNotNull());
    server.speak();

    result(admin.ensureUnpartitioned("a-topic"));
  }
}
