package allocation.http;

import allocation.bus.CommandFailure;
import allocation.domain.Sku;
import allocation.json.Problem;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How many requests one instance lets wait for something: what comes beyond that would wait for
 * longer than its caller does, and make the others wait, too. A crowd (those who want one SKU, who
 * send in bulk, or who only ask) may have half of the places, so that a rush leaves some for the
 * rest. Belongs to one event loop.
 */
final class Turnstile {
  /** A crowd that is none of a {@link Sku}. */
  enum Kind {
    BULK,
    QUESTIONS
  }

  private final int limit;
  private final int limitOfCrowd;
  private final Map<Object, Integer> crowds = new HashMap<>();
  private int inside;

  Turnstile(int limit) {
    this.limit = limit;
    this.limitOfCrowd = Math.max(1, limit / 2);
  }

  boolean isFull() {
    return inside >= limit;
  }

  /** False when it is full; else {@link #leave} has to follow. */
  boolean enter() {
    if (isFull()) {
      return false;
    }
    inside++;
    return true;
  }

  void leave() {
    inside--;
  }

  /** Does it unless as many for this SKU are being done; fails with {@link Full}. */
  <T> Future<T> pass(Sku sku, Supplier<Future<T>> work) {
    return passWith(sku, work);
  }

  /** The same for one of its kind. */
  <T> Future<T> pass(Kind kind, Supplier<Future<T>> work) {
    return passWith(kind, work);
  }

  private <T> Future<T> passWith(Object crowd, Supplier<Future<T>> work) {
    int before = crowds.getOrDefault(crowd, 0);
    if (before >= limitOfCrowd) {
      return Future.failedFuture(new Full());
    }
    crowds.put(crowd, before + 1);
    // Also of what fails before it has begun.
    return Future.succeededFuture()
        .compose(entered -> work.get())
        .onComplete(done -> crowds.computeIfPresent(crowd, (same, n) -> n == 1 ? null : n - 1));
  }

  /** There is no place: counted, and not worth a line of log each. */
  static final class Full extends ProblemException {
    private static final long serialVersionUID = 1L;

    private Full() {
      super(Problem.of(CommandFailure.BUSY));
    }
  }
}
