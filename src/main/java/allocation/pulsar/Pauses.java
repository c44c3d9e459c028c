package allocation.pulsar;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Waits between attempts that all end at once when the verticle stops. */
final class Pauses {
  private static final long FIRST_MS = 50;
  private static final long LONGEST_MS = 5_000;

  private final Vertx vertx;
  private final long firstMs;
  private final long longestMs;
  private final Map<Long, Promise<Void>> waiting = new HashMap<>();
  private boolean ended;

  /** The verticle stops; what waited is left as it is. */
  static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Ended() {
      super("stopped", null, false, false);
    }
  }

  Pauses(Vertx vertx) {
    this(vertx, FIRST_MS, LONGEST_MS);
  }

  /** Others than in service. */
  Pauses(Vertx vertx, long firstMs, long longestMs) {
    this.vertx = vertx;
    this.firstMs = firstMs;
    this.longestMs = longestMs;
  }

  /** Waits longer after each failure, up to some seconds; fails with {@link Ended}. */
  Future<Void> after(int failures) {
    if (ended) {
      return Future.failedFuture(new Ended());
    }
    Promise<Void> over = Promise.promise();
    long timer =
        vertx.setTimer(
            Math.min(longestMs, firstMs << Math.min(failures, 10)),
            fired -> {
              waiting.remove(fired);
              over.complete();
            });
    waiting.put(timer, over);
    return over.future();
  }

  boolean ended() {
    return ended;
  }

  void end() {
    ended = true;
    List.copyOf(waiting.keySet())
        .forEach(timer -> {
          vertx.cancelTimer(timer);
          Promise<Void> over = waiting.remove(timer);
          if (over != null) {
            over.fail(new Ended());
          }
        });
  }
}
