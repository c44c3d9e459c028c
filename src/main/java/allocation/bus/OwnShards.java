package allocation.bus;

import java.util.List;

/**
 * From the placement of the node to one instance of a role: these shards are yours, and no other.
 * The reply, the same message, comes when work on all others has ended and work on these begun.
 */
public record OwnShards(List<Integer> shards) implements LocalMessage {
  public OwnShards {
    shards = List.copyOf(shards);
  }
}
