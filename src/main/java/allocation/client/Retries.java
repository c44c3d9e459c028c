package allocation.client;

import allocation.bus.PublicFailure;
import io.vertx.core.Future;
import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<Timer> pauses = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Retries(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * The first answer to a command. Fails with the last failure when the time is over, at once with
   * one that will not pass; as unknown after a try of which nobody knows what became, whatever is
   * said later.
   *
   * @param send is given the milliseconds that one try may take
   */
  <T> Future<T> command(Duration limit, LongFunction<Future<T>> send) {
    return new Asked<>(limit, send, true).attempt(FIRST_PAUSE_MS);
  }

  /** The same for a question, which writes nothing. */
  <T> Future<T> question(Duration limit, LongFunction<Future<T>> ask) {
    return new Asked<>(limit, ask, false).attempt(FIRST_PAUSE_MS);
  }

  /** Asks nothing again. */
  void close() {
    closed = true;
    pauses.forEach(Timer::cancel);
  }

  /** What is known of a command that may be done when a later sending of it was not. */
  static ReplyException mayBeDone(Throwable later) {
    return PublicFailure.UNKNOWN.exception(
        "an earlier sending may be done; of the last was said: " + later.getMessage());
  }

  private Future<Void> pause(long ms) {
    Timer pause = vertx.timer(ms, TimeUnit.MILLISECONDS);
    pauses.add(pause);
    if (closed) {
      pause.cancel();
    }
    return pause.onComplete(over -> pauses.remove(pause)).otherwiseEmpty();
  }

  private final class Asked<T> {
    private final long limitMs;
    private final long end;
    private final LongFunction<Future<T>> ask;
    private final boolean writes;
    private boolean mayBeDone;

    Asked(Duration limit, LongFunction<Future<T>> ask, boolean writes) {
      this.limitMs = limit.toMillis();
      this.end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
      this.ask = ask;
      this.writes = writes;
    }

    Future<T> attempt(long pauseMs) {
      // A reply may be lost with a node: several tries must find room.
      long tryMs = Math.min(leftMs(), Math.max(SHORTEST_TRY_MS, limitMs / 4));
      return Future.succeededFuture()
          .compose(begun -> ask.apply(Math.max(1, tryMs)))
          .recover(cause -> {
            PublicFailure failure = PublicFailure.of(cause);
            mayBeDone |= writes && failure == PublicFailure.UNKNOWN;
            return mayPass(failure) && leftMs() > pauseMs && !closed
                ? pause(pauseMs).compose(over -> again(cause, pauseMs))
                : failed(cause);
          });
    }

    private Future<T> again(Throwable last, long pauseMs) {
      // A pause may take longer than it should.
      return closed || leftMs() < 1
          ? failed(last)
          : attempt(Math.min(LONGEST_PAUSE_MS, pauseMs * 2));
    }

    private Future<T> failed(Throwable last) {
      // That this try has done nothing says nothing of the ones before it.
      return Future.failedFuture(
          mayBeDone && PublicFailure.of(last) != PublicFailure.UNKNOWN ? mayBeDone(last) : last);
    }

    private long leftMs() {
      return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
  }

  private static boolean mayPass(PublicFailure failure) {
    return switch (failure) {
      case BUSY, UNKNOWN -> true;
      case INTERNAL, INVALID, DENIED -> false;
    };
  }
}
