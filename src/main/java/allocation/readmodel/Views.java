package allocation.readmodel;

import allocation.bus.View;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Port: the views, each shard as of its cursor. */
public interface Views {
  /** The last position of the shard that the views have seen; 0 at first. */
  Future<Long> cursor(int shard);

  /** The cursors of all shards that have one. */
  Future<Map<Integer, Long>> cursors();

  /**
   * Brings the views of some shards from their cursors to the last of their events, all of it or
   * nothing, and completes with where each of them is, in the same order. A shard that is not at
   * its cursor any more is left as it is. Fails on an event that contradicts the views; nothing is
   * ever skipped.
   *
   * @param runs each of another shard
   */
  Future<List<Long>> apply(List<Run> runs);

  /**
   * Events of a shard.
   *
   * @param events at least one, without a gap after {@code cursor}
   */
  record Run(int shard, long cursor, List<LoggedEvent> events) {
    /** The position that the run leads to. */
    public long last() {
      return events.getLast().position();
    }
  }

  /** What orders have, in SKU order; every one of them has an entry. */
  Future<Map<OrderId, View.OrderLines>> byOrders(Set<OrderId> orders);

  /**
   * Products with their batches in the order in which lines are promised from them; those known.
   */
  Future<Map<Sku, View.ProductStock>> bySkus(Set<Sku> skus);

  Future<Optional<View.BatchStock>> byRef(BatchRef ref);

  /** At most {@code limit} products in SKU order, from the first or from right after one. */
  Future<View.ProductPage> page(Optional<Sku> after, int limit);
}
