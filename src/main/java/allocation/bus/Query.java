package allocation.bus;

import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.Map;
import java.util.Optional;

/** What can be asked of the read model. */
public sealed interface Query extends BusMessage {
  /** What the view has to have seen before it answers. */
  Freshness freshness();

  /** What the order has now; reply: {@link View.OrderLines}, without lines when it has nothing. */
  record OrderAllocations(OrderId orderId, Freshness freshness) implements Query {}

  /** A product with its batches; reply: {@link View.ProductStock} or {@link View.Unknown}. */
  record ProductBySku(Sku sku, Freshness freshness) implements Query {}

  /** Products in SKU order; reply: {@link View.ProductPage}. */
  record Products(Optional<Sku> after, int limit, Freshness freshness) implements Query {
    /** Most of them on a page. */
    public static final int MAX_LIMIT = 1_000;
  }

  /** One batch; reply: {@link View.BatchStock} or {@link View.Unknown}. */
  record BatchByRef(BatchRef ref, Freshness freshness) implements Query {}

  /** How recent an answer has to be. */
  sealed interface Freshness {
    /** As the view stands. */
    record Any() implements Freshness {}

    /** At least at these positions (shard to position): one's own writes. */
    record AtLeast(Map<Integer, Long> positions) implements Freshness {
      public AtLeast {
        positions = Map.copyOf(positions);
      }
    }

    /** At least at what was committed, in any shard, when the question arrived. */
    record Committed() implements Freshness {}
  }
}
