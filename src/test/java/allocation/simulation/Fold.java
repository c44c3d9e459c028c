package allocation.simulation;

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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one shard's log says, told event by event with the rules of the shop written out once more:
 * an event that breaks one is a violation. Keeps how things stood after each.
 */
final class Fold {
  private static final Comparator<Batch> PREFERENCE =
      Comparator.comparing(Batch::arrival, Arrival.SOONEST_FIRST).thenComparing(Batch::ref);

  private final List<Moment> moments = new ArrayList<>(List.of(new Moment(Map.of(), Map.of())));
  private final List<LoggedEvent> events;

  /** A batch at one moment. */
  record Batch(BatchRef ref, Sku sku, int purchased, int allocated, Arrival arrival) {
    int free() {
      return purchased - allocated;
    }
  }

  /** A line at one moment. */
  record Line(OrderId orderId, Sku sku, int quantity, BatchRef batchRef, long position) {}

  private record LineOf(OrderId orderId, Sku sku) {}

  /** How things stand after an event. */
  record Moment(Map<BatchRef, Batch> batches, Map<LineOf, Line> lines) {
    Optional<Line> line(OrderId orderId, Sku sku) {
      return Optional.ofNullable(lines.get(new LineOf(orderId, sku)));
    }

    /** The most that one line could still get. */
    int largest(Sku sku) {
      return of(sku).stream().mapToInt(Batch::free).max().orElse(0);
    }

    /** In the order in which lines are promised from them. */
    List<Batch> of(Sku sku) {
      return batches.values().stream()
          .filter(batch -> batch.sku().equals(sku))
          .sorted(PREFERENCE)
          .toList();
    }

    List<Line> linesOf(OrderId orderId) {
      return lines.values().stream().filter(line -> line.orderId().equals(orderId)).toList();
    }
  }

  private Fold(List<LoggedEvent> events) {
    this.events = events;
  }

  /** Throws a {@link World.Violation} on a log that cannot be. */
  static Fold of(List<LoggedEvent> events) {
    Fold fold = new Fold(events);
    for (LoggedEvent event : events) {
      fold.add(event);
    }
    return fold;
  }

  List<LoggedEvent> events() {
    return events;
  }

  Moment now() {
    return moments.getLast();
  }

  Moment at(long position) {
    return moments.get((int) position);
  }

  long last() {
    return moments.size() - 1L;
  }

  /** Where the unit of work began that ended there: its commands saw what was between. */
  long beginOfUnit(long end) {
    long begin = end;
    while (begin > 1 && unit(begin - 1).equals(unit(end))) {
      begin--;
    }
    return begin == 0 ? 0 : begin - 1;
  }

  private String unit(long position) {
    return position == 0 ? "" : events.get((int) position - 1).unitId();
  }

  private void add(LoggedEvent logged) {
    require(logged.position() == moments.size(), logged, "is not the next");
    Map<BatchRef, Batch> batches = new TreeMap<>(now().batches());
    Map<LineOf, Line> lines = new HashMap<>(now().lines());
    Sku sku = logged.sku();
    switch (logged.event()) {
      case BatchCreated e ->
          require(
              batches.put(e.ref(), new Batch(e.ref(), sku, e.quantity(), 0, e.arrival())) == null,
              logged,
              "made twice");
      case BatchQuantityChanged e -> {
        Batch was = batch(logged, batches, e.ref());
        require(was.purchased() == e.from(), logged, was);
        put(logged, batches, new Batch(e.ref(), sku, e.to(), was.allocated(), was.arrival()));
      }
      case BatchEtaChanged e -> {
        Batch was = batch(logged, batches, e.ref());
        require(was.arrival().equals(e.from()), logged, was);
        put(logged, batches, new Batch(e.ref(), sku, was.purchased(), was.allocated(), e.to()));
      }
      case Allocated e -> {
        LineOf key = new LineOf(e.orderId(), sku);
        Line had = lines.get(key);
        if (e.movedFrom().isPresent()) {
          require(
              had != null
                  && had.batchRef().equals(e.movedFrom().get())
                  && had.quantity() == e.quantity(),
              logged,
              String.valueOf(had));
          take(logged, batches, e.movedFrom().get(), -e.quantity());
        } else {
          require(had == null, logged, String.valueOf(had));
          Batch best =
              now().of(sku).stream()
                  .filter(batch -> batch.free() >= e.quantity())
                  .findFirst()
                  .orElse(null);
          require(
              best != null && best.ref().equals(e.batchRef()),
              logged,
              "the first that holds it is " + best);
        }
        take(logged, batches, e.batchRef(), e.quantity());
        require(batch(logged, batches, e.batchRef()).arrival().equals(e.arrival()), logged, "eta");
        long position = had == null ? logged.position() : had.position();
        lines.put(key, new Line(e.orderId(), sku, e.quantity(), e.batchRef(), position));
      }
      case Deallocated e -> {
        Line had = lines.remove(new LineOf(e.orderId(), sku));
        require(
            had != null && had.quantity() == e.quantity() && had.batchRef().equals(e.batchRef()),
            logged,
            String.valueOf(had));
        take(logged, batches, e.batchRef(), -e.quantity());
      }
      case OutOfStock e ->
          require(
              e.reason() != OutOfStock.Reason.REFUSED || now().largest(sku) < e.quantity(),
              logged,
              "there was enough");
    }
    moments.add(new Moment(batches, lines));
  }

  private static Batch batch(LoggedEvent logged, Map<BatchRef, Batch> batches, BatchRef ref) {
    Batch found = batches.get(ref);
    if (found == null || !found.sku().equals(logged.sku())) {
      throw new World.Violation("%s, but the batch is %s".formatted(logged.data(), found));
    }
    return found;
  }

  private static void take(
      LoggedEvent logged, Map<BatchRef, Batch> batches, BatchRef ref, int quantity) {
    Batch was = batch(logged, batches, ref);
    put(
        logged,
        batches,
        new Batch(ref, was.sku(), was.purchased(), was.allocated() + quantity, was.arrival()));
  }

  /** Stock is conserved: nothing is promised that is not there. */
  private static void put(LoggedEvent logged, Map<BatchRef, Batch> batches, Batch batch) {
    require(batch.allocated() >= 0 && batch.free() >= 0, logged, batch);
    batches.put(batch.ref(), batch);
  }

  private static void require(boolean is, LoggedEvent logged, Object what) {
    if (!is) {
      throw new World.Violation(
          "shard %d at %d: %s, but %s"
              .formatted(logged.shard(), logged.position(), logged.data(), what));
    }
  }
}
