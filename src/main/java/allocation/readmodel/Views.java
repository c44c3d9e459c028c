package allocation.readmodel;

import allocation.bus.View;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Port: the views, each shard as of its cursor. */
public interface Views {
  /** The last position of the shard that the views have seen; 0 at first. */
  Future<Long> cursor(int shard);

  /**
   * Brings the views from {@code cursor} to the last of {@code events}, wholly or not at all, and
   * completes with where they are. If they are not at {@code cursor} any more nothing is written.
   * Fails on an event that contradicts the views; nothing is ever skipped.
   *
   * @param events at least one, without a gap after {@code cursor}
   */
  Future<Long> apply(int shard, long cursor, List<LoggedEvent> events);

  /** What an order has, in SKU order. */
  Future<View.OrderLines> byOrder(OrderId orderId);

  /** A product with its batches in the order in which lines are promised from them. */
  Future<Optional<View.ProductStock>> bySku(Sku sku);

  Future<Optional<View.BatchStock>> byRef(BatchRef ref);

  /** At most {@code limit} products in SKU order, from the first or from right after one. */
  Future<View.ProductPage> page(Optional<Sku> after, int limit);
}
