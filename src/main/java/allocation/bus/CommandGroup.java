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

    /**
     * The same, if the group was sent before and may have been done by another: that this one has
     * done nothing of a command says nothing of that one.
     */
    Results orDoneByAnother() {
      return new Results(
          results.stream()
              .map(result ->
                  result instanceof CommandResult.NotDone
                      ? new CommandResult.NotDone(CommandFailure.UNKNOWN)
                      : result)
              .toList());
    }
  }
}
