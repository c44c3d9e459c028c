package allocation.access;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.Issuer;
import allocation.given.SilentServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JwksSourceTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: what is given up leaves its connection. There are five by default. */
  @Test
  void an_issuer_that_was_silent_is_heard_when_it_speaks_again() {
    SilentServer issuer = new SilentServer(vertx, "{\"keys\":[]}");
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
