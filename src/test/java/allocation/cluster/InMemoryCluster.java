package allocation.cluster;

import allocation.bus.Role;
import allocation.given.Later;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a cluster's nodes share, in memory, with ways to break it. Any thread may use it. */
final class InMemoryCluster {
  /** The live nodes, the eldest first, each with what it does when there is something new. */
  private final Map<String, Runnable> live = new LinkedHashMap<>();

  private final Map<String, Node> announced = new HashMap<>();
  private final List<String> announcements = new ArrayList<>();
  private final List<String> planners = new ArrayList<>();
  private Plan plan = Plan.empty();
  private int refusedLooks;
  private int refusedAnnouncements;
  private int lostRaces;

  /** What a new node has of it. */
  synchronized Membership join(String id) {
    live.put(id, () -> {});
    tell();
    return new Member(id);
  }

  /** As if the node had died: without a word, and what it said is forgotten. */
  synchronized void die(String id) {
    live.remove(id);
    announced.remove(id);
    tell();
  }

  /** What the node said of itself is lost, as with the nodes that kept it. */
  synchronized void forget(String id) {
    announced.remove(id);
    tell();
  }

  /** Replaces the plan behind everybody's back; nobody is told. */
  synchronized void plan(Plan other) {
    plan = other;
  }

  /** Whoever looks next, so many times, is told that it cannot be seen. */
  synchronized void refuseLooks(int times) {
    refusedLooks = times;
  }

  synchronized void refuseAnnouncements(int times) {
    refusedAnnouncements = times;
  }

  /** Somebody else is faster, so many times. */
  synchronized void loseRaces(int times) {
    lostRaces = times;
  }

  /** Nothing is left of what was to go wrong. */
  synchronized boolean hasRefusedAll() {
    return refusedLooks == 0 && refusedAnnouncements == 0 && lostRaces == 0;
  }

  /** Those that have replaced the plan, in order. */
  synchronized List<String> planners() {
    return List.copyOf(planners);
  }

  /** Those that have announced themselves, in order. */
  synchronized List<String> announcements() {
    return List.copyOf(announcements);
  }

  /** The owner of every shard as the plan has it. */
  synchronized List<String> owners(Role role) {
    return plan.owners().getOrDefault(role, List.of());
  }

  /** There may be something new to see. */
  synchronized void tell() {
    live.values().forEach(Runnable::run);
  }

  private synchronized Membership.Cluster look() {
    if (refusedLooks > 0) {
      refusedLooks--;
      throw new IllegalStateException("the cluster does not answer");
    }
    return new Membership.Cluster(
        live.keySet(),
        live.keySet().stream()
            .flatMap(id -> Optional.ofNullable(announced.get(id)).stream())
            .toList(),
        plan);
  }

  private synchronized Node announce(Node node) {
    if (refusedAnnouncements > 0) {
      refusedAnnouncements--;
      throw new IllegalStateException("the cluster does not listen");
    }
    announced.put(node.id(), node);
    announcements.add(node.id());
    tell();
    return node;
  }

  private synchronized boolean replace(String self, Plan before, Plan after) {
    if (lostRaces > 0) {
      lostRaces--;
      return false;
    }
    if (!plan.equals(before)) {
      return false;
    }
    plan = after;
    planners.add(self);
    tell();
    return true;
  }

  private final class Member implements Membership {
    private final String self;

    Member(String self) {
      this.self = self;
    }

    @Override
    public String self() {
      return self;
    }

    @Override
    public Future<Cluster> look() {
      return Later.done(InMemoryCluster.this::look);
    }

    @Override
    public Future<Void> announce(Node node) {
      return Later.done(() -> InMemoryCluster.this.announce(node)).mapEmpty();
    }

    @Override
    public Future<Boolean> replace(Plan before, Plan after) {
      return Later.done(() -> InMemoryCluster.this.replace(self, before, after));
    }

    @Override
    public void onChange(Runnable look) {
      synchronized (InMemoryCluster.this) {
        live.computeIfPresent(self, (id, none) -> look);
      }
    }
  }
}
