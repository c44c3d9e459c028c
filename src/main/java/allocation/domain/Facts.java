package allocation.domain;

import java.util.List;
import java.util.Optional;

/** What a decision has to know beside the product; as of the moment of the decision. */
public interface Facts {
  /** The position that the next event of this product's shard will get. */
  long nextPosition();

  /** The line that this order has of this product. */
  Optional<OrderLine> line(OrderId orderId);

  /** The SKU whose batch has this ref, whichever shard it is in. */
  Optional<Sku> ownerOf(BatchRef ref);

  /**
   * The batch's lines, newest first: at least as many as have to give way for the batch to fit
   * {@code quantity}. Only a cut asks.
   */
  List<OrderLine> linesAbove(BatchRef ref, int quantity);
}
