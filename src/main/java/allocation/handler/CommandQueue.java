package allocation.handler;

import allocation.domain.Sku;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Commands in order of arrival, bounded; one SKU may hold at most half of it. */
final class CommandQueue {
  private final int capacity;
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
  private final Map<Sku, Integer> bySku = new HashMap<>();

  CommandQueue(int capacity) {
    this.capacity = capacity;
  }

  /** False when there is no room, or none for this SKU. */
  boolean offer(Pending command) {
    int ofSku = bySku.getOrDefault(command.sku(), 0);
    if (waiting.size() >= capacity || ofSku >= Math.max(1, capacity / 2)) {
      return false;
    }
    waiting.addLast(command);
    bySku.put(command.sku(), ofSku + 1);
    return true;
  }

  /** All that is queued, in order, up to a limit; one that goes alone comes alone. */
  List<Pending> take(int limit) {
    List<Pending> taken = new ArrayList<>(Math.min(limit, waiting.size()));
    while (!waiting.isEmpty() && taken.size() < limit) {
      boolean alone = waiting.getFirst().goesAlone();
      if (alone && !taken.isEmpty()) {
        break;
      }
      Pending next = waiting.removeFirst();
      bySku.merge(next.sku(), -1, (a, b) -> a + b == 0 ? null : a + b);
      taken.add(next);
      if (alone) {
        break;
      }
    }
    return taken;
  }

  /** The first that are queued, up to a limit. */
  Stream<Pending> first(int limit) {
    return waiting.stream().limit(limit);
  }

  int size() {
    return waiting.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }
}
