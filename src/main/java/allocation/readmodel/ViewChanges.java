package allocation.readmodel;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What runs of events mean to the views: each row's net change, once; batches and products in key
 * order, lines in that of the events. An event that contradicts what stood before it throws {@link
 * IllegalStateException}.
 */
public final class ViewChanges {
  private final Map<BatchRef, BatchRow> before = new HashMap<>();
  private final Map<BatchRef, BatchRow> batches = new HashMap<>();
  private final LineChanges lines = new LineChanges();

  /** A batch as it stands in the views. */
  public record BatchRow(
      int shard, BatchRef ref, Sku sku, int purchased, int allocated, Arrival arrival) {
    long available() {
      return (long) purchased - allocated;
    }

    long inStock() {
      return arrival.eta().isEmpty() ? available() : 0;
    }
  }

  /** By how much a product's sums change; {@code unknown}: it may have no row yet. */
  public record ProductChange(int shard, Sku sku, long available, long inStock, boolean unknown) {
    private ProductChange plus(ProductChange more) {
      return new ProductChange(
          shard,
          sku,
          Math.addExact(available, more.available),
          Math.addExact(inStock, more.inStock),
          unknown || more.unknown);
    }
  }

  private ViewChanges() {}

  /** The batches that events are about: whoever applies the events has to know their rows. */
  public static Set<BatchRef> refs(List<LoggedEvent> events) {
    Set<BatchRef> refs = new HashSet<>();
    for (LoggedEvent logged : events) {
      switch (logged.event()) {
        case BatchCreated e -> refs.add(e.ref());
        case BatchQuantityChanged e -> refs.add(e.ref());
        case BatchEtaChanged e -> refs.add(e.ref());
        case Allocated e -> {
          refs.add(e.batchRef());
          e.movedFrom().ifPresent(refs::add);
        }
        case Deallocated e -> refs.add(e.batchRef());
        case OutOfStock e -> {}
      }
    }
    return refs;
  }

  /**
   * Nets events.
   *
   * @param rows those of {@link #refs} that exist before the events
   */
  public static ViewChanges of(List<LoggedEvent> events, Collection<BatchRow> rows) {
    ViewChanges changes = new ViewChanges();
    for (BatchRow row : rows) {
      changes.before.put(row.ref(), row);
      changes.batches.put(row.ref(), row);
    }
    for (LoggedEvent logged : events) {
      changes.add(logged);
    }
    return changes;
  }

  public List<BatchRow> newBatches() {
    return inOrder(row -> !before.containsKey(row.ref()));
  }

  /** Those that stood there and are different now. */
  public List<BatchRow> changedBatches() {
    return inOrder(row -> before.containsKey(row.ref()) && !row.equals(before.get(row.ref())));
  }

  // Sorted once, at the end: a run of events touches a row many times.
  private List<BatchRow> inOrder(Predicate<BatchRow> wanted) {
    return batches.values().stream()
        .filter(wanted)
        .sorted(Comparator.comparing(BatchRow::ref))
        .toList();
  }

  public LineChanges lines() {
    return lines;
  }

  public List<ProductChange> products() {
    Map<Sku, ProductChange> products = new HashMap<>();
    for (BatchRow row : batches.values()) {
      ProductChange change = change(row);
      if (change.unknown() || change.available() != 0 || change.inStock() != 0) {
        products.merge(row.sku(), change, ProductChange::plus);
      }
    }
    return products.values().stream().sorted(Comparator.comparing(ProductChange::sku)).toList();
  }

  private ProductChange change(BatchRow now) {
    BatchRow was = before.get(now.ref());
    return was == null
        ? new ProductChange(now.shard(), now.sku(), now.available(), now.inStock(), true)
        : new ProductChange(
            now.shard(),
            now.sku(),
            now.available() - was.available(),
            now.inStock() - was.inStock(),
            false);
  }

  private void add(LoggedEvent logged) {
    switch (logged.event()) {
      case BatchCreated e -> create(logged, e);
      case BatchQuantityChanged e ->
          change(
              logged,
              e.ref(),
              row -> {
                require(row.purchased() == e.from(), logged, row);
                return purchased(row, e.to());
              });
      case BatchEtaChanged e ->
          change(
              logged,
              e.ref(),
              row -> {
                require(row.arrival().equals(e.from()), logged, row);
                return new BatchRow(
                    row.shard(), row.ref(), row.sku(), row.purchased(), row.allocated(), e.to());
              });
      case Allocated e -> {
        e.movedFrom().ifPresent(from -> change(logged, from, row -> plus(row, -e.quantity())));
        change(logged, e.batchRef(), row -> plus(row, e.quantity()));
        lines.add(logged, e);
      }
      case Deallocated e -> {
        change(logged, e.batchRef(), row -> plus(row, -e.quantity()));
        lines.add(logged, e);
      }
      case OutOfStock e -> {}
    }
  }

  private void create(LoggedEvent logged, BatchCreated event) {
    BatchRow made =
        new BatchRow(
            logged.shard(), event.ref(), logged.sku(), event.quantity(), 0, event.arrival());
    BatchRow existing = batches.putIfAbsent(event.ref(), made);
    if (existing != null) {
      throw contradiction(logged, existing);
    }
  }

  private void change(LoggedEvent logged, BatchRef ref, UnaryOperator<BatchRow> change) {
    BatchRow row = batches.get(ref);
    if (row == null) {
      throw contradiction(logged, "no batch " + ref);
    }
    require(row.shard() == logged.shard() && row.sku().equals(logged.sku()), logged, row);
    BatchRow changed = change.apply(row);
    require(changed.allocated() >= 0 && changed.allocated() <= changed.purchased(), logged, row);
    batches.put(ref, changed);
  }

  private static BatchRow purchased(BatchRow row, int quantity) {
    return new BatchRow(
        row.shard(), row.ref(), row.sku(), quantity, row.allocated(), row.arrival());
  }

  private static BatchRow plus(BatchRow row, int quantity) {
    int allocated = Math.addExact(row.allocated(), quantity);
    return new BatchRow(
        row.shard(), row.ref(), row.sku(), row.purchased(), allocated, row.arrival());
  }

  static void require(boolean consistent, LoggedEvent logged, Object found) {
    if (!consistent) {
      throw contradiction(logged, found);
    }
  }

  private static IllegalStateException contradiction(LoggedEvent logged, Object found) {
    return new IllegalStateException(
        "event %s contradicts the views, which have %s".formatted(logged.data(), found));
  }
}
