package allocation.handler;

import allocation.domain.Event;
import allocation.domain.OrderLine;
import allocation.domain.Sku;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The order lines that a unit of work knows: as they were loaded, and as they are now. */
final class Lines {
  private final Map<LineKey, OrderLine> before;
  private final Map<LineKey, OrderLine> now;
  private final Set<LineKey> touched = new LinkedHashSet<>();

  Lines(Loaded loaded) {
    before = new HashMap<>(loaded.lines());
    loaded.linesAbove().forEach(line -> before.put(LineKey.of(line), line));
    now = new HashMap<>(before);
  }

  Optional<OrderLine> before(LineKey key) {
    return Optional.ofNullable(before.get(key));
  }

  Optional<OrderLine> now(LineKey key) {
    return Optional.ofNullable(now.get(key));
  }

  /** Keys of all lines that some event was about, in the order of the events. */
  Iterable<LineKey> touched() {
    return touched;
  }

  void apply(Sku sku, Event event, long position) {
    switch (event) {
      case Event.Allocated e -> {
        LineKey key = touch(new LineKey(e.orderId(), sku));
        OrderLine moved = now.get(key);
        now.put(
            key,
            e.movedFrom().isPresent() && moved != null
                ? moved.movedTo(e.batchRef())
                : new OrderLine(e.orderId(), sku, e.quantity(), e.batchRef(), position));
      }
      case Event.Deallocated e -> now.remove(touch(new LineKey(e.orderId(), sku)));
      case Event.BatchCreated e -> {}
      case Event.BatchQuantityChanged e -> {}
      case Event.BatchEtaChanged e -> {}
      case Event.OutOfStock e -> {}
    }
  }

  private LineKey touch(LineKey key) {
    touched.add(key);
    return key;
  }
}
