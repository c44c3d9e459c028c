package allocation.client;

import allocation.bus.PublicFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Asks again while there is no answer and time is left. Safe for commands: an id goes with each,
 * and stays the same.
 */
final class Retries {
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1_000;
  private static final long SHORTEST_TRY_MS = 1_000;

  private final Vertx vertx;
  private final long limitMs;

  Retries(Vertx vertx, Duration limit) {
    this.vertx = vertx;
    this.limitMs = limit.toMillis();
  }

  /**
   * The first answer; fails with the last failure when the time is over, at once with one that will
   * not pass.
   *
   * @param ask is given the milliseconds that one try may take
   */
  <T> Future<T> ask(LongFunction<Future<T>> ask) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
    return attempt(ask, end, FIRST_PAUSE_MS);
  }

  private <T> Future<T> attempt(LongFunction<Future<T>> ask, long end, long pauseMs) {
    // A reply may be lost with a node: several tries must find room.
    long tryMs = Math.min(leftMs(end), Math.max(SHORTEST_TRY_MS, limitMs / 4));
    return Future.succeededFuture()
        .compose(begun -> ask.apply(Math.max(1, tryMs)))
        .recover(cause ->
            mayPass(cause) && leftMs(end) > pauseMs
                ? vertx
                    .timer(pauseMs, TimeUnit.MILLISECONDS)
                    .compose(over -> attempt(ask, end, Math.min(LONGEST_PAUSE_MS, pauseMs * 2)))
                : Future.failedFuture(cause));
  }

  private static boolean mayPass(Throwable cause) {
    return switch (PublicFailure.of(cause)) {
      case BUSY, UNKNOWN -> true;
      case INTERNAL, INVALID, DENIED -> false;
    };
  }

  private static long leftMs(long end) {
    return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
  }
}
