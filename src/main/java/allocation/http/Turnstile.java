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
 * longer than its caller does, and make the others wait, too. One SKU may have half of the places,
 * so that a rush on it leaves some for the rest. Belongs to one event loop.
 */
final class Turnstile {
  private final int limit;
  private final int limitOfSku;
  private final Map<Sku, Integer> ofSku = new HashMap<>();
  private int inside;

  Turnstile(int limit) {
    this.limit = limit;
    this.limitOfSku = Math.max(1, limit / 2);
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

  /** Does it unless too many for the SKU are being done; fails with a {@link ProblemException}. */
  <T> Future<T> pass(Sku sku, Supplier<Future<T>> work) {
    int before = ofSku.getOrDefault(sku, 0);
    if (before >= limitOfSku) {
      return Future.failedFuture(new Full());
    }
    ofSku.put(sku, before + 1);
    return work.get()
        .onComplete(done -> ofSku.computeIfPresent(sku, (same, n) -> n == 1 ? null : n - 1));
  }

  /** There is no place: counted, and not worth a line of log each. */
  static final class Full extends ProblemException {
    private static final long serialVersionUID = 1L;

    private Full() {
      super(Problem.of(CommandFailure.BUSY));
    }
  }
}
