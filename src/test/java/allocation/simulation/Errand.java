package allocation.simulation;

import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.domain.Command;
import java.util.ArrayList;
import java.util.List;

/** A command that somebody wants done once, with all that he was told of it. */
final class Errand {
  final Command command;
  final CommandKey key;
  final String correlationId;

  /** Every answer that was given; of one that was sent again there may be several. */
  final List<CommandReply> replies = new ArrayList<>();

  boolean done;

  /** Simulated milliseconds after which nobody waits for what was sent. */
  long endMs;

  Errand(Command command, CommandKey key, String correlationId) {
    this.command = command;
    this.key = key;
    this.correlationId = correlationId;
  }

  /** Whether it is known by a key of its own, however often it comes. */
  boolean isKeyed() {
    return switch (command) {
      case Command.ChangeBatch change -> true;
      case Command.Deallocate deallocate -> true;
      case Command.CreateBatch create -> key.isOfMessage();
      case Command.Allocate allocate -> key.isOfMessage();
    };
  }

  @Override
  public String toString() {
    return "%s %s, told %s".formatted(correlationId, command, replies);
  }
}
