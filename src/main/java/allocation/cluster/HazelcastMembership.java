package allocation.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Hazelcast says who is there and in which order they came; two of its maps hold what they say of
 * themselves and the plan. It blocks, so it is asked on worker threads.
 */
final class HazelcastMembership implements Membership {
  /** Vert.x gives each member the id of its node under this name. */
  static final String NODE_ID = "__vertx.nodeId";

  static final String NODES = "allocation.nodes";
  static final String PLAN = "allocation.plan";

  private final Vertx vertx;
  private final HazelcastInstance hazelcast;
  private final IMap<String, String> nodes;
  private final IMap<String, String> plan;
  private final String self;

  /** Each database has a plan: those of two that a mistake brought together do not mix. */
  private final String planOf;

  HazelcastMembership(Vertx vertx, HazelcastInstance hazelcast, String self, String databaseId) {
    this.vertx = vertx;
    this.hazelcast = hazelcast;
    this.nodes = hazelcast.getMap(NODES);
    this.plan = hazelcast.getMap(PLAN);
    this.self = self;
    this.planOf = databaseId;
  }

  @Override
  public String self() {
    return self;
  }

  @Override
  public Future<Cluster> look() {
    return away(this::lookNow);
  }

  private Cluster lookNow() {
    List<String> live = new ArrayList<>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      String id = member.getAttribute(NODE_ID);
      if (id != null) {
        live.add(id);
      }
    }
    // Members come in the order in which they joined.
    Set<String> known = new HashSet<>(live);
    Map<String, String> told = nodes.getAll(known);
    List<Node> announced =
        live.stream()
            .filter(told::containsKey)
            .map(id -> ClusterJson.node(id, told.getOrDefault(id, "{}")))
            .toList();
    String agreed = plan.get(planOf);
    return new Cluster(known, announced, agreed == null ? Plan.empty() : ClusterJson.plan(agreed));
  }

  @Override
  public Future<Void> announce(Node node) {
    return away(
            () -> {
              nodes.set(node.id(), ClusterJson.write(node));
              return node;
            })
        .mapEmpty();
  }

  @Override
  public Future<Boolean> replace(Plan before, Plan after) {
    return away(() -> {
      String next = ClusterJson.write(after);
      String old = plan.get(planOf);
      if (old == null) {
        return plan.putIfAbsent(planOf, next) == null;
      }
      return ClusterJson.plan(old).equals(before) && plan.replace(planOf, old, next);
    });
  }

  private <T> Future<T> away(Callable<T> blocking) {
    return vertx
        .<T>executeBlocking(blocking, false)
        .map(result -> Objects.requireNonNull(result, "an answer of the cluster"));
  }

  @Override
  public void onChange(Runnable look) {
    hazelcast
        .getCluster()
        .addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {
                look.run();
              }

              @Override
              public void memberRemoved(MembershipEvent event) {
                String id = event.getMember().getAttribute(NODE_ID);
                if (id != null) {
                  nodes.removeAsync(id);
                }
                look.run();
              }
            });
    hazelcast
        .getLifecycleService()
        .addLifecycleListener(event -> {
          if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
            look.run();
          }
        });
    nodes.addEntryListener(new Entries(look), false);
    plan.addEntryListener(new Entries(look), false);
  }

  private record Entries(Runnable look)
      implements EntryAddedListener<String, String>, EntryUpdatedListener<String, String> {
    @Override
    public void entryAdded(EntryEvent<String, String> event) {
      look.run();
    }

    @Override
    public void entryUpdated(EntryEvent<String, String> event) {
      look.run();
    }
  }
}
