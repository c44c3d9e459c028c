package allocation.bridge;

import allocation.bus.PublicFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/** Counts what is under way, and takes no more than it may. Belongs to one event loop. */
final class InFlight {
  private final int most;
  private final Promise<Void> empty = Promise.promise();
  private boolean closing;
  private int count;

  InFlight(int most) {
    this.most = most;
  }

  /** Does it if there is room; fails as busy if there is not. */
  <T> Future<T> take(Supplier<Future<T>> what) {
    if (count >= most) {
      return Future.failedFuture(
          PublicFailure.BUSY.exception("%d requests are under way".formatted(count)));
    }
    count++;
    // Begun inside a Future, so that a throw becomes a reply.
    return Future.succeededFuture()
        .compose(begun -> what.get())
        .onComplete(done -> {
          count--;
          tellWhenEmpty();
        });
  }

  /** Completes when the last that is under way has ended. */
  Future<Void> drained() {
    closing = true;
    tellWhenEmpty();
    return empty.future();
  }

  private void tellWhenEmpty() {
    if (closing && count == 0) {
      empty.tryComplete();
    }
  }
}
