package allocation.cluster;

import io.vertx.core.Future;
import java.util.List;
import java.util.Set;

/** Port: who is there, and what they agree on. */
interface Membership {
  /** This node's id. */
  String self();

  /** As it is now. */
  Future<Cluster> look();

  /** Tells the others what this node is. */
  Future<Void> announce(Node node);

  /** Replaces the plan; completes with whether it was, for this node, the one expected. */
  Future<Boolean> replace(Plan before, Plan after);

  /** Called, on any thread, when there may be something new to see. */
  void onChange(Runnable look);

  /**
   * What this node sees of the cluster.
   *
   * @param live the ids of all nodes
   * @param nodes those that have announced themselves, the eldest first; of parts that became one,
   *     the larger first
   * @param plan the one that holds
   */
  record Cluster(Set<String> live, List<Node> nodes, Plan plan) {
    public Cluster {
      live = Set.copyOf(live);
      nodes = List.copyOf(nodes);
    }
  }
}
