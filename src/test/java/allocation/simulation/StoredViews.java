package allocation.simulation;

import allocation.bus.View.BatchStock;
import allocation.bus.View.Item;
import allocation.bus.View.Line;
import allocation.bus.View.OrderLines;
import allocation.bus.View.ProductPage;
import allocation.bus.View.ProductStock;
import allocation.bus.View.Stock;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.readmodel.LineChanges.Held;
import allocation.readmodel.LineChanges.LineChange;
import allocation.readmodel.ViewChanges;
import allocation.readmodel.ViewChanges.BatchRow;
import allocation.readmodel.Views.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The tables of the views as maps, changed as the service's own classes say. */
final class StoredViews {
  private static final Comparator<Stock> PREFERENCE =
      Comparator.comparing(Stock::arrival, Arrival.SOONEST_FIRST).thenComparing(Stock::ref);

  private final Map<Integer, Long> cursors = new HashMap<>();
  private final Map<BatchRef, BatchRow> batches = new TreeMap<>();
  private final Map<LineOf, LineRow> lines = new HashMap<>();

  private record LineOf(OrderId orderId, Sku sku) {}

  private record LineRow(Held held, long position) {}

  long cursor(int shard) {
    return cursors.getOrDefault(shard, 0L);
  }

  void setCursor(int shard, long position) {
    cursors.put(shard, position);
  }

  Map<Integer, Long> cursors() {
    return Map.copyOf(cursors);
  }

  List<Long> apply(List<Run> runs) {
    Map<BatchRef, BatchRow> newBatches = new HashMap<>();
    List<LineChange> changes = new ArrayList<>();
    Map<Integer, Long> moves = new HashMap<>();
    // All of it is worked out first: one that cannot be applied changes nothing.
    for (Run run : runs) {
      if (cursor(run.shard()) != run.cursor()) {
        continue;
      }
      List<BatchRow> rows =
          ViewChanges.refs(run.events()).stream()
              .map(batches::get)
              .filter(Objects::nonNull)
              .toList();
      ViewChanges change = ViewChanges.of(run.events(), rows);
      change.newBatches().forEach(row -> newBatches.put(row.ref(), row));
      change.changedBatches().forEach(row -> newBatches.put(row.ref(), row));
      changes.addAll(change.lines().added());
      changes.addAll(change.lines().changed());
      changes.addAll(change.lines().removed());
      moves.put(run.shard(), run.last());
    }
    changes.forEach(change -> {
      LineRow had = lines.get(new LineOf(change.orderId(), change.sku()));
      if (!Optional.ofNullable(had).map(LineRow::held).equals(change.before())) {
        throw new IllegalStateException("the views have %s before %s".formatted(had, change));
      }
    });
    batches.putAll(newBatches);
    changes.forEach(this::change);
    cursors.putAll(moves);
    return runs.stream().map(run -> cursor(run.shard())).toList();
  }

  private void change(LineChange change) {
    LineOf key = new LineOf(change.orderId(), change.sku());
    LineRow had = lines.get(key);
    if (change.after().isEmpty()) {
      lines.remove(key);
    } else {
      long position =
          had == null || change.position().isPresent()
              ? change.position().orElseThrow()
              : had.position();
      lines.put(key, new LineRow(change.after().get(), position));
    }
  }

  OrderLines order(OrderId orderId) {
    List<Line> ofOrder = new ArrayList<>();
    lines.forEach((key, row) -> {
      if (key.orderId().equals(orderId)) {
        BatchRow batch = Objects.requireNonNull(batches.get(row.held().batchRef()));
        ofOrder.add(
            new Line(
                key.sku(),
                row.held().quantity(),
                row.held().batchRef(),
                batch.arrival(),
                row.position()));
      }
    });
    ofOrder.sort(Comparator.comparing(Line::sku));
    return new OrderLines(orderId, ofOrder);
  }

  Optional<ProductStock> product(Sku sku) {
    List<Stock> all =
        batches.values().stream()
            .filter(row -> row.sku().equals(sku))
            .map(StoredViews::stock)
            .sorted(PREFERENCE)
            .toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(new ProductStock(sku, available(all), inStock(all), all));
  }

  private static long available(List<Stock> all) {
    return all.stream().mapToLong(Stock::available).sum();
  }

  private static long inStock(List<Stock> all) {
    return all.stream()
        .filter(stock -> stock.arrival().eta().isEmpty())
        .mapToLong(Stock::available)
        .sum();
  }

  Optional<BatchStock> batch(BatchRef ref) {
    return Optional.ofNullable(batches.get(ref)).map(row -> new BatchStock(row.sku(), stock(row)));
  }

  List<BatchStock> batches() {
    return batches.values().stream().map(row -> new BatchStock(row.sku(), stock(row))).toList();
  }

  /** As many as wanted, from right after one. */
  ProductPage page(Optional<Sku> after, int limit) {
    List<Item> items =
        batches.values().stream()
            .map(BatchRow::sku)
            .distinct()
            .sorted()
            .filter(sku -> after.isEmpty() || sku.compareTo(after.get()) > 0)
            .flatMap(sku -> product(sku).stream())
            .map(found -> new Item(found.sku(), found.available(), found.inStock()))
            .toList();
    boolean more = items.size() > limit;
    List<Item> page = more ? items.subList(0, limit) : items;
    return new ProductPage(page, more ? Optional.of(page.getLast().sku()) : Optional.empty());
  }

  private static Stock stock(BatchRow row) {
    return new Stock(row.ref(), row.purchased(), row.allocated(), row.arrival());
  }
}
