package allocation.readmodel;

import allocation.domain.BatchRef;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.Deallocated;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The net change of each order line that a run of events touches, in the order of the events. What
 * stood before is known from the events themselves; whoever writes it checks that it did stand
 * there.
 */
public final class LineChanges {
  private final Map<Key, LineChange> changes = new LinkedHashMap<>();

  private record Key(OrderId orderId, Sku sku) {}

  /** What a line holds. */
  public record Held(int quantity, BatchRef batchRef) {}

  /**
   * A line before the events and after them.
   *
   * @param position of the line's first allocation, if that is among the events; else it stays
   */
  public record LineChange(
      int shard,
      OrderId orderId,
      Sku sku,
      Optional<Held> before,
      Optional<Held> after,
      OptionalLong position) {
    private LineChange to(Optional<Held> held, OptionalLong at) {
      return new LineChange(shard, orderId, sku, before, held, at);
    }
  }

  LineChanges() {}

  /** Lines that were not there before. */
  public List<LineChange> added() {
    return all(false, true);
  }

  /** Lines that were there and hold something else now. */
  public List<LineChange> changed() {
    return all(true, true);
  }

  /** Lines that were there and are not any more. */
  public List<LineChange> removed() {
    return all(true, false);
  }

  private List<LineChange> all(boolean before, boolean after) {
    return changes.values().stream()
        .filter(c -> c.before().isPresent() == before && c.after().isPresent() == after)
        .toList();
  }

  void add(LoggedEvent logged, Allocated event) {
    Optional<Held> was = event.movedFrom().map(from -> new Held(event.quantity(), from));
    LineChange line = lineThatHolds(was, logged, event.orderId());
    put(
        line.to(
            Optional.of(new Held(event.quantity(), event.batchRef())),
            was.isPresent() ? line.position() : OptionalLong.of(logged.position())));
  }

  void add(LoggedEvent logged, Deallocated event) {
    Optional<Held> was = Optional.of(new Held(event.quantity(), event.batchRef()));
    put(lineThatHolds(was, logged, event.orderId()).to(Optional.empty(), OptionalLong.empty()));
  }

  private LineChange lineThatHolds(Optional<Held> held, LoggedEvent logged, OrderId orderId) {
    LineChange known = changes.get(new Key(orderId, logged.sku()));
    if (known == null) {
      return new LineChange(
          logged.shard(), orderId, logged.sku(), held, held, OptionalLong.empty());
    }
    ViewChanges.require(known.after().equals(held), logged, known);
    return known;
  }

  private void put(LineChange change) {
    changes.put(new Key(change.orderId(), change.sku()), change);
  }
}
