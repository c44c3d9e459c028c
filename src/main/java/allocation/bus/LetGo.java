package allocation.bus;

import java.util.List;

/**
 * From a node that is about to take shards to one that may still have them. The reply, the same
 * message, comes when it has none of them, and none of their commands is without an answer.
 */
public record LetGo(List<Integer> shards) implements BusMessage {
  public LetGo {
    shards = List.copyOf(shards);
  }
}
