package allocation.domain;

/** Every reason for "no", in the order the checks are made: repeat, existence, rule. */
public sealed interface Refusal {
  /** The command's id was used before, for a command with other content. */
  record KeyReused() implements Refusal {}

  /** The ref is taken by a batch that was created with another SKU, quantity or ETA. */
  record BatchExistsWithOtherContent(BatchRef ref) implements Refusal {}

  /** The order already has this SKU, in another quantity. */
  record LineExistsWithOtherQuantity(int allocatedQuantity) implements Refusal {}

  /** No batch of the SKU was ever made. */
  record UnknownSku(Sku sku) implements Refusal {}

  record UnknownBatch(BatchRef ref) implements Refusal {}

  /** The order has nothing of this SKU. */
  record NothingAllocated(OrderId orderId, Sku sku) implements Refusal {}

  /**
   * No batch holds the whole quantity.
   *
   * @param largest free in one batch: what a single line could still get
   * @param total free in all batches
   */
  record NoStock(int largest, long total) implements Refusal {}
}
