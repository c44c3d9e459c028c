package allocation.cluster;

import allocation.jgroups.JGroupsClusterManager;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The cluster manager knows who is there, what each says of itself, and the plan. */
final class GroupMembership implements Membership {
  private static final String NODE = "allocation.node";

  private final JGroupsClusterManager group;

  /** Each database has a plan: those of two that a mistake brought together do not mix. */
  private final String plan;

  GroupMembership(JGroupsClusterManager group, String databaseId) {
    this.group = group;
    this.plan = "allocation.plan." + databaseId;
  }

  @Override
  public String self() {
    return group.getNodeId();
  }

  @Override
  public Future<Cluster> look() {
    // What cannot be read fails the look, as with any other membership.
    return Future.succeededFuture(NODE)
        .map(name -> {
          List<Node> announced =
              group.said(name).entrySet().stream()
                  .map(node -> ClusterJson.node(node.getKey(), node.getValue()))
                  .toList();
          Plan agreed = group.agreed(plan).map(ClusterJson::plan).orElseGet(Plan::empty);
          return new Cluster(Set.copyOf(group.getNodes()), announced, agreed);
        });
  }

  @Override
  public Future<Void> announce(Node node) {
    return group.say(NODE, ClusterJson.write(node));
  }

  @Override
  public Future<Boolean> replace(Plan before, Plan after) {
    Optional<String> here = group.agreed(plan);
    // Texts of two versions may differ for one plan.
    boolean isTheOneExpected = here.map(ClusterJson::plan).orElseGet(Plan::empty).equals(before);
    return Future.succeededFuture(
        isTheOneExpected && group.agree(plan, here, ClusterJson.write(after)));
  }

  @Override
  public void onChange(Runnable look) {
    group.onChange(look);
  }
}
