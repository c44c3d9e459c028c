package allocation.pulsar;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.SilentServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicAdminTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: what is given up leaves its connection. There are five by default. */
  @Test
  void an_admin_that_was_silent_is_heard_when_it_speaks_again() {
    SilentServer server = new SilentServer(vertx, "");
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
