package allocation.bus;

import allocation.domain.BatchRef;
import allocation.domain.Sku;
import java.util.Optional;

/** Asks which SKU a batch is of: the way from a ref to its shard. */
public record BatchOwner(BatchRef ref) implements BusMessage {

  /** Empty when no such batch was ever made. */
  public record Found(Optional<Sku> sku) implements BusMessage {}
}
