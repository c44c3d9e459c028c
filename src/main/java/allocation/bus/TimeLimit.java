package allocation.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeoutException;

/**
 * The time that something may take, on the event loop of who waits for it. {@link Future#timeout}
 * is for Futures that have a context of their own: one that is put together of others, or that a
 * {@link Promise} gives, has none, and what waits for it would go on in a thread of netty's.
 */
public final class TimeLimit {
  private TimeLimit() {}

  /** As the other one, or a {@link TimeoutException} after so many milliseconds. */
  public static <T> Future<T> of(Vertx vertx, long ms, Future<T> other) {
    if (other.isComplete()) {
      return other;
    }
    Promise<T> answer = Promise.promise();
    long timer =
        vertx.setTimer(
            ms, over -> answer.tryFail(new TimeoutException("no answer in %d ms".formatted(ms))));
    other.onComplete(done -> {
      vertx.cancelTimer(timer);
      if (done.succeeded()) {
        answer.tryComplete(done.result());
      } else {
        answer.tryFail(done.cause());
      }
    });
    return answer.future();
  }
}
