package allocation.bus;

import java.util.List;

/**
 * Commands of one shard that travel together, which costs one request instead of one for each. Each
 * is queued, decided and answered on its own.
 */
public record CommandGroup(List<CommandMessage> commands) implements BusMessage {
  public CommandGroup {
    if (commands.isEmpty()) {
      throw new IllegalArgumentException("a group without commands would have no answer");
    }
    commands = List.copyOf(commands);
  }

  /** What became of each of them, in their order; it is durable when it arrives. */
  public record Results(List<CommandResult> results) implements BusMessage {
    public Results {
      results = List.copyOf(results);
    }
  }
}
