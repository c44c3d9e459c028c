package allocation.cluster;

import static allocation.bus.Placement.NOBODY;

import allocation.bus.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which node has which shard for each role: what the nodes agree on. Made by the eldest of them,
 * carried out by each.
 *
 * @param owners for each role the node of every shard
 */
record Plan(Map<Role, List<String>> owners) {
  Plan {
    owners = Map.copyOf(owners);
  }

  /** Nobody has anything. */
  static Plan empty() {
    return new Plan(Map.of());
  }

  /** The plan for these nodes, with as little moved as can be. */
  Plan next(int shards, List<Node> nodes) {
    Map<Role, List<String>> next = new EnumMap<>(Role.class);
    List<String> handlers =
        Spread.over(before(Role.HANDLER, shards), candidates(Role.HANDLER, nodes));
    next.put(Role.HANDLER, handlers);
    for (Role role : Role.values()) {
      if (role != Role.HANDLER) {
        next.put(role, near(handlers, before(role, shards), candidates(role, nodes)));
      }
    }
    return new Plan(next);
  }

  private List<String> before(Role role, int shards) {
    List<String> before = owners.getOrDefault(role, List.of());
    return before.size() == shards ? before : Collections.nCopies(shards, NOBODY);
  }

  /** Those that stay; if there are none, those that leave keep what they have to the last. */
  private static List<String> candidates(Role role, List<Node> nodes) {
    List<Node> all = nodes.stream().filter(node -> node.roles().contains(role)).toList();
    List<Node> staying = all.stream().filter(node -> !node.leaving()).toList();
    return (staying.isEmpty() ? all : staying).stream().map(Node::id).toList();
  }

  /** A follower runs where the shard's handler does, if it can: nudges stay on the node then. */
  private static List<String> near(
      List<String> handlers, List<String> before, Collection<String> candidates) {
    List<Integer> elsewhere = new ArrayList<>();
    List<String> after = new ArrayList<>(handlers);
    for (int shard = 0; shard < handlers.size(); shard++) {
      if (!candidates.contains(handlers.get(shard))) {
        elsewhere.add(shard);
      }
    }
    List<String> spread = Spread.over(elsewhere.stream().map(before::get).toList(), candidates);
    for (int i = 0; i < spread.size(); i++) {
      after.set(elsewhere.get(i), spread.get(i));
    }
    return after;
  }
}
