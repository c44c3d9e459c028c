package allocation.bus;

import allocation.domain.LoggedEvent;
import java.util.List;

/**
 * A nudge: positions {@code first} to {@code last} of a shard are in the log.
 *
 * @param events all of them, or none when they are too many to carry
 */
public record EventsCommitted(int shard, long first, long last, List<LoggedEvent> events)
    implements BusMessage {
  /** The header of a nudge that came from another node; that one has told the outside of it. */
  public static final String FORWARDED = "forwarded";

  /** Most events that a nudge carries. */
  public static final int MAX_CARRIED = 1_000;

  public EventsCommitted {
    events = List.copyOf(events);
  }

  /** The nudge for events of one shard that were committed together, in position order. */
  public static EventsCommitted of(int shard, List<LoggedEvent> events) {
    return new EventsCommitted(
        shard,
        events.getFirst().position(),
        events.getLast().position(),
        events.size() <= MAX_CARRIED ? events : List.of());
  }
}
