package allocation.access;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.Issuer;
import allocation.given.StallingServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JwksSourceTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: what is given up leaves its connection. There are five by default. */
  @ParameterizedTest
  @EnumSource
  void an_issuer_that_stalled_is_heard_when_it_speaks_again(StallingServer.Stall stall) {
    StallingServer issuer = new StallingServer(vertx, stall, "{\"keys\":[]}");
    JwksSource source =
        JwksSource.of(
            vertx,
            new TokenSettings(
                "http://127.0.0.1:%d/keys".formatted(issuer.port()),
                Issuer.NAME,
                List.of(Issuer.AUDIENCE),
                Set.of("RS256"),
                300));
    List<Future<Buffer>> unheard = Stream.generate(source::read).limit(5).toList();

    assertThat(unheard).allSatisfy(read -> assertThat(failure(read)).isNotNull());
    issuer.speak();

    assertThat(result(source.read()).toString()).isEqualTo("{\"keys\":[]}");
    result(source.close());
  }
}
