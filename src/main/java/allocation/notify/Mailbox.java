package allocation.notify;

import allocation.domain.Sku;
import io.vertx.core.Future;
import java.util.List;

/** Port: where word to the buyer goes. */
public interface Mailbox {
  /**
   * Tells in one mail what is out of stock, in this order. Completes when the mail was taken over;
   * fails when it was not, or when that is not known.
   */
  Future<Void> send(List<Sku> outOfStock);

  Future<Void> close();
}
