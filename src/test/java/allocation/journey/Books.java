package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.json.EventJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The event log, added up by hand: what a reader who knows nothing but the events believes. Fails
 * at the first event after which a batch holds less than nothing or more than it has.
 */
final class Books {
  private final Map<BatchRef, Stock> batches = new TreeMap<>();
  private final Map<OrderedSku, Line> lines =
      new TreeMap<>(Comparator.comparing(OrderedSku::toString));
  private final List<LoggedEvent> events = new ArrayList<>();
  private final Map<Integer, Long> positions = new LinkedHashMap<>();

  record OrderedSku(OrderId orderId, Sku sku) {}

  /** A batch. */
  record Stock(Sku sku, int purchased, int allocated, Arrival arrival) {}

  /** A line; its position is that of its first allocation. */
  record Line(int quantity, BatchRef batchRef, long position) {}

  /** Reads rows of shard, position, SKU and JSON, by shard and position. */
  static Books read(List<List<String>> log) {
    Books books = new Books();
    for (List<String> row : log) {
      LoggedEvent event = EventJson.read(row.get(3));
      assertThat(List.of(event.shard() + "", event.position() + "", event.sku().value()))
          .isEqualTo(row.subList(0, 3));
      books.add(event);
    }
    return books;
  }

  Map<BatchRef, Stock> batches() {
    return batches;
  }

  Map<OrderedSku, Line> lines() {
    return lines;
  }

  List<LoggedEvent> events() {
    return events;
  }

  /** The last position of each shard that has one. */
  Map<Integer, Long> positions() {
    return positions;
  }

  private void add(LoggedEvent logged) {
    assertThat(logged.position())
        .as("positions of shard %d have no gap", logged.shard())
        .isEqualTo(positions.getOrDefault(logged.shard(), 0L) + 1);
    positions.put(logged.shard(), logged.position());
    events.add(logged);
    switch (logged.event()) {
      case Event.BatchCreated e ->
          assertThat(
                  batches.putIfAbsent(
                      e.ref(), new Stock(logged.sku(), e.quantity(), 0, e.arrival())))
              .as("%s made twice", e.ref())
              .isNull();
      case Event.BatchQuantityChanged e -> {
        assertThat(stock(e.ref()).purchased()).isEqualTo(e.from());
        change(e.ref(), e.to() - e.from(), 0);
      }
      case Event.BatchEtaChanged e -> {
        Stock was = stock(e.ref());
        assertThat(was.arrival()).isEqualTo(e.from());
        batches.put(e.ref(), new Stock(was.sku, was.purchased, was.allocated, e.to()));
      }
      case Event.Allocated e -> allocated(logged, e);
      case Event.Deallocated e -> {
        Line line = lines.remove(new OrderedSku(e.orderId(), logged.sku()));
        assertThat(line)
            .extracting(Line::batchRef, Line::quantity)
            .as("line of %s", logged)
            .containsExactly(e.batchRef(), e.quantity());
        change(e.batchRef(), 0, -e.quantity());
      }
      case Event.OutOfStock e -> {
        assertThat(lines).doesNotContainKey(new OrderedSku(e.orderId(), logged.sku()));
        if (e.reason() == Event.OutOfStock.Reason.REFUSED) {
          assertThat(largest(logged.sku()))
              .as("what could have been had when %s was refused", logged)
              .isLessThan(e.quantity());
        }
      }
    }
  }

  private int largest(Sku sku) {
    return batches.values().stream()
        .filter(stock -> stock.sku().equals(sku))
        .mapToInt(stock -> stock.purchased() - stock.allocated())
        .max()
        .orElse(0);
  }

  private void allocated(LoggedEvent logged, Event.Allocated e) {
    OrderedSku key = new OrderedSku(e.orderId(), logged.sku());
    assertThat(stock(e.batchRef()).sku()).isEqualTo(logged.sku());
    assertThat(stock(e.batchRef()).arrival()).isEqualTo(e.arrival());
    Line was = lines.get(key);
    long position = logged.position();
    if (e.movedFrom().isPresent()) {
      assertThat(was).extracting(Line::batchRef).isEqualTo(e.movedFrom().get());
      position = Objects.requireNonNull(was).position();
      change(e.movedFrom().get(), 0, -e.quantity());
    } else {
      assertThat(was).as("%s allocated twice", key).isNull();
    }
    lines.put(key, new Line(e.quantity(), e.batchRef(), position));
    change(e.batchRef(), 0, e.quantity());
  }

  private Stock stock(BatchRef ref) {
    Stock stock = batches.get(ref);
    if (stock == null) {
      throw new AssertionError("no batch " + ref);
    }
    return stock;
  }

  private void change(BatchRef ref, int purchased, int allocated) {
    Stock was = stock(ref);
    Stock is =
        new Stock(was.sku, was.purchased + purchased, was.allocated + allocated, was.arrival);
    assertThat(is.allocated()).as("allocated of %s", ref).isBetween(0, is.purchased());
    batches.put(ref, is);
  }
}
