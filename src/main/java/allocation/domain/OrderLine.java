package allocation.domain;

/**
 * What an order got of one SKU, and from which batch.
 *
 * <p>{@code position} is the log position of the line's first allocation in its shard. It is the
 * line's age, and it survives a move to another batch.
 */
public record OrderLine(OrderId orderId, Sku sku, int quantity, BatchRef batchRef, long position) {
  public OrderLine {
    Quantities.require(quantity);
  }

  /** The same promise, kept by another batch. */
  public OrderLine movedTo(BatchRef ref) {
    return new OrderLine(orderId, sku, quantity, ref, position);
  }
}
