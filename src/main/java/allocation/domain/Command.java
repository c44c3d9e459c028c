package allocation.domain;

import java.util.Optional;
import java.util.OptionalInt;

/** What the service can be told to do. Every command concerns one SKU, hence one shard. */
public sealed interface Command {
  /** Makes a batch known. Its ref is its own key: the same again is a repeat. */
  record CreateBatch(BatchRef ref, Sku sku, int quantity, Arrival arrival) implements Command {
    public CreateBatch {
      Quantities.require(quantity);
    }
  }

  /** Changes the arrival, then the purchased quantity (down to 0); what is empty stays. */
  record ChangeBatch(BatchRef ref, OptionalInt quantity, Optional<Arrival> arrival)
      implements Command {
    public ChangeBatch {
      quantity.ifPresent(Quantities::requireOrNone);
    }
  }

  /** Promises a line. (order id, SKU) is its own key: the same again is a repeat. */
  record Allocate(OrderId orderId, Sku sku, int quantity) implements Command {
    public Allocate {
      Quantities.require(quantity);
    }
  }

  /** Gives a line's quantity back to its batch and forgets the line. */
  record Deallocate(OrderId orderId, Sku sku) implements Command {}
}
