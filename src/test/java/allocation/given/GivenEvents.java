package allocation.given;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Event;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.json.EventJson;
import java.time.Instant;
import java.util.Optional;

/** Facts, where only their kind matters. */
public final class GivenEvents {
  /** When everything happened. */
  public static final Instant AT = Instant.parse("2026-11-01T12:00:00Z");

  private GivenEvents() {}

  public static Event allocated(String orderId, int quantity, String batchRef) {
    return new Allocated(
        new OrderId(orderId),
        quantity,
        new BatchRef(batchRef),
        Arrival.inStock(),
        Optional.empty());
  }

  public static Event outOfStock(String orderId) {
    return new OutOfStock(new OrderId(orderId), 1, OutOfStock.Reason.REFUSED);
  }

  public static LoggedEvent logged(int shard, long position, String sku, Event event) {
    return EventJson.logged(
        shard, position, new Sku(sku), event, AT, "unit-" + position, "correlation-" + position);
  }
}
