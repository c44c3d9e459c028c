package allocation.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What runs where in the cluster, as this node knows it. It may be old: who acts on it is put right
 * by the one he asks, and by the database.
 *
 * @param self this node
 * @param live every node, also those that only send; none when there is no cluster
 * @param owners for each role the node of every shard; where nobody has it, {@link #NOBODY}
 */
public record Placement(String self, Set<String> live, Map<Role, List<String>> owners) {
  /** The owner of a shard that has none. */
  public static final String NOBODY = "";

  private static final Placement ALONE = new Placement("alone", Set.of(), Map.of());

  public Placement {
    live = Set.copyOf(live);
    owners = Map.copyOf(owners);
  }

  /** There is no cluster: everything is here. */
  public static Placement alone() {
    return ALONE;
  }

  public boolean isAlone() {
    return live.isEmpty();
  }

  /** The node that has a shard. */
  public Optional<String> owner(Role role, int shard) {
    List<String> nodes = owners.getOrDefault(role, List.of());
    return shard < nodes.size()
        ? Optional.of(nodes.get(shard)).filter(node -> !node.equals(NOBODY))
        : Optional.empty();
  }

  /** The shards that a node has, in order. */
  public List<Integer> shards(Role role, String node) {
    List<String> nodes = owners.getOrDefault(role, List.of());
    List<Integer> shards = new ArrayList<>();
    for (int shard = 0; shard < nodes.size(); shard++) {
      if (nodes.get(shard).equals(node)) {
        shards.add(shard);
      }
    }
    return shards;
  }

  /** The nodes that have a shard, in a stable order. */
  public List<String> nodes(Role role) {
    return owners.getOrDefault(role, List.of()).stream()
        .filter(node -> !node.equals(NOBODY))
        .distinct()
        .sorted()
        .toList();
  }
}
