package allocation.bus;

import java.util.Map;

/** The last position of every shard, as the log had them a moment ago. */
public record LogPositions(Map<Integer, Long> positions) implements BusMessage {
  public LogPositions {
    positions = Map.copyOf(positions);
  }
}
