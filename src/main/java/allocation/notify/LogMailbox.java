package allocation.notify;

import allocation.domain.Sku;
import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the notices to the log; for when there is no mail server. */
public final class LogMailbox implements Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(LogMailbox.class);

  @Override
  public Future<Void> send(List<Sku> outOfStock) {
    outOfStock.forEach(sku -> LOG.info("Out of stock for {}", sku));
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
