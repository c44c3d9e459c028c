package allocation.http;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

final class TurnstileTest {
  @Test
  void what_fails_before_it_has_begun_leaves_its_place() {
    Turnstile turnstile = new Turnstile(4);
    for (int i = 0; i < 4; i++) {
      assertThat(
              failure(
                  turnstile.pass(
                      Turnstile.Kind.BULK,
                      () -> {
                        throw new IllegalStateException("the bus is closed");
                      })))
          .hasMessage("the bus is closed");
    }

    assertThat(result(turnstile.pass(Turnstile.Kind.BULK, () -> Future.succeededFuture("done"))))
        .isEqualTo("done");
  }
}
