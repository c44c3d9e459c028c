package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TimeLimitTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context home = vertx.getOrCreateContext();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void what_takes_too_long_fails_where_it_is_waited_for() {
    Promise<Context> ended = Promise.promise();
    // Put together of others: Future.timeout would go on in a thread of its own.
    Future<?> never = Future.all(List.of(Promise.promise().future()));
    Promise<Throwable> cause = Promise.promise();

    home.runOnContext(turn ->
        TimeLimit.of(vertx, 20, never)
            .onFailure(late -> {
              cause.complete(late);
              ended.complete(Vertx.currentContext());
            }));

    assertThat(result(cause.future()))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("no answer in 20 ms");
    assertThat(result(ended.future())).isSameAs(home);
  }

  @Test
  void what_ends_in_time_ends_as_it_does() {
    Promise<String> slow = Promise.promise();
    Future<String> limited = TimeLimit.of(vertx, 60_000, slow.future());
    Promise<String> bad = Promise.promise();
    Future<String> failed = TimeLimit.of(vertx, 60_000, bad.future());

    slow.complete("done");
    bad.fail("so it is");

    assertThat(result(limited)).isEqualTo("done");
    assertThat(failure(failed)).hasMessage("so it is");
  }

  @Test
  void what_has_ended_needs_no_limit() {
    Future<String> done = Future.succeededFuture("done");

    assertThat(TimeLimit.of(vertx, 1, done)).isSameAs(done);
  }
}
