package allocation.readmodel;

import allocation.bus.View.BatchStock;
import allocation.bus.View.Item;
import allocation.bus.View.Line;
import allocation.bus.View.Stock;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the views should hold, worked out event by event as plainly as can be. */
public final class PlainViews {
  private final Map<BatchRef, BatchStock> batches = new TreeMap<>();
  private final Map<String, Map<Sku, Line>> orders = new TreeMap<>();

  public void apply(List<LoggedEvent> events) {
    events.forEach(this::apply);
  }

  private void apply(LoggedEvent logged) {
    Sku sku = logged.sku();
    switch (logged.event()) {
      case BatchCreated e -> put(sku, e.ref(), e.quantity(), 0, e.arrival());
      case BatchQuantityChanged e -> {
        Stock was = stock(e.ref());
        put(sku, e.ref(), e.to(), was.allocated(), was.arrival());
      }
      case BatchEtaChanged e -> {
        Stock was = stock(e.ref());
        put(sku, e.ref(), was.purchased(), was.allocated(), e.to());
      }
      case Allocated e -> {
        e.movedFrom().ifPresent(from -> take(sku, from, -e.quantity()));
        take(sku, e.batchRef(), e.quantity());
        Line had = order(e.orderId()).get(sku);
        long position = had == null ? logged.position() : had.position();
        order(e.orderId())
            .put(sku, new Line(sku, e.quantity(), e.batchRef(), Arrival.inStock(), position));
      }
      case Deallocated e -> {
        take(sku, e.batchRef(), -e.quantity());
        order(e.orderId()).remove(sku);
      }
      case OutOfStock e -> {}
    }
  }

  private void put(Sku sku, BatchRef ref, int purchased, int allocated, Arrival arrival) {
    batches.put(ref, new BatchStock(sku, new Stock(ref, purchased, allocated, arrival)));
  }

  private void take(Sku sku, BatchRef ref, int quantity) {
    Stock was = stock(ref);
    put(sku, ref, was.purchased(), was.allocated() + quantity, was.arrival());
  }

  private Stock stock(BatchRef ref) {
    return Objects.requireNonNull(batches.get(ref)).stock();
  }

  private Map<Sku, Line> order(OrderId orderId) {
    return orders.computeIfAbsent(orderId.value(), none -> new TreeMap<>());
  }

  public Set<OrderId> orderIds() {
    Set<OrderId> ids = new TreeSet<>((a, b) -> a.value().compareTo(b.value()));
    orders.keySet().forEach(id -> ids.add(new OrderId(id)));
    return ids;
  }

  /** In SKU order. */
  public List<Line> lines(OrderId orderId) {
    return order(orderId).values().stream()
        .map(line ->
            new Line(
                line.sku(),
                line.quantity(),
                line.batchRef(),
                stock(line.batchRef()).arrival(),
                line.position()))
        .toList();
  }

  public List<BatchStock> batches() {
    return List.copyOf(batches.values());
  }

  /** In SKU order. */
  public List<Item> products() {
    Set<Sku> skus = new TreeSet<>();
    batches.values().forEach(batch -> skus.add(batch.sku()));
    List<Item> items = new ArrayList<>();
    for (Sku sku : skus) {
      long available = 0;
      long inStock = 0;
      for (BatchStock batch : batches.values()) {
        if (batch.sku().equals(sku)) {
          available += batch.stock().available();
          inStock += batch.stock().arrival().eta().isEmpty() ? batch.stock().available() : 0;
        }
      }
      items.add(new Item(sku, available, inStock));
    }
    return items;
  }

  /** In the order in which lines are promised from them. */
  public List<Stock> batches(Sku sku) {
    return batches.values().stream()
        .filter(batch -> batch.sku().equals(sku))
        .map(BatchStock::stock)
        .sorted((a, b) -> {
          int sooner = Arrival.SOONEST_FIRST.compare(a.arrival(), b.arrival());
          return sooner != 0 ? sooner : a.ref().compareTo(b.ref());
        })
        .toList();
  }
}
