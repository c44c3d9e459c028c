package allocation.log;

import allocation.bus.EventsCommitted;
import allocation.domain.LoggedEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest events of one shard as nudges brought them, contiguous and bounded, so that a follower
 * that keeps up does not read the log. What it drops is still in the log.
 */
final class Tail {
  /** What one SKU in a rush can bring while a follower's round and the pause after it last. */
  static final int MAX_EVENTS = 10_000;

  private final ArrayDeque<LoggedEvent> events = new ArrayDeque<>();

  void add(EventsCommitted nudge) {
    boolean continues = events.isEmpty() || nudge.first() == events.getLast().position() + 1;
    if (!continues || events.size() + nudge.events().size() > MAX_EVENTS) {
      events.clear();
    }
    events.addAll(nudge.events());
  }

  /** The events right after {@code cursor}, at most {@code limit}; none when they are not here. */
  List<LoggedEvent> takeAfter(long cursor, int limit) {
    while (!events.isEmpty() && events.getFirst().position() <= cursor) {
      events.removeFirst();
    }
    List<LoggedEvent> taken = new ArrayList<>();
    if (!events.isEmpty() && events.getFirst().position() == cursor + 1) {
      while (!events.isEmpty() && taken.size() < limit) {
        taken.add(events.removeFirst());
      }
    }
    return taken;
  }

  void clear() {
    events.clear();
  }
}
