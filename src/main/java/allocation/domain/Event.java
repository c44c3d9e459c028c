package allocation.domain;

import java.util.Optional;

/** What happened to one SKU. Names and fields are published for good. */
public sealed interface Event {
  record BatchCreated(BatchRef ref, int quantity, Arrival arrival) implements Event {}

  record BatchQuantityChanged(BatchRef ref, int from, int to) implements Event {}

  record BatchEtaChanged(BatchRef ref, Arrival from, Arrival to) implements Event {}

  /** A line has a batch; {@code movedFrom} is the batch that was cut under it, if it moved. */
  record Allocated(
      OrderId orderId,
      int quantity,
      BatchRef batchRef,
      Arrival arrival,
      Optional<BatchRef> movedFrom)
      implements Event {}

  record Deallocated(OrderId orderId, int quantity, BatchRef batchRef, Deallocated.Reason reason)
      implements Event {
    /** Why a line lost its batch. */
    public enum Reason {
      CANCELLED,
      BATCH_CUT
    }
  }

  record OutOfStock(OrderId orderId, int quantity, OutOfStock.Reason reason) implements Event {
    /** Why an order has nothing. */
    public enum Reason {
      REFUSED,
      BATCH_CUT
    }
  }
}
