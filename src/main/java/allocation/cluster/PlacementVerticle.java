package allocation.cluster;

import allocation.bus.Addresses;
import allocation.bus.CurrentPlacement;
import allocation.bus.LetGo;
import allocation.bus.Placement;
import allocation.bus.Requests;
import allocation.bus.Role;
import allocation.cluster.Membership.Cluster;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in placing the shards: the eldest node makes the plan, and each carries out what
 * the plan says of it. A node that two plans hold for, or none, writes nothing that is wrong: the
 * database sees to that.
 */
public final class PlacementVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(PlacementVerticle.class);

  /** Milliseconds between two looks when nothing is heard: word of a change may be lost. */
  private static final long LOOK_MS = 2_000;

  /** Milliseconds that a node which may be dead is given to let go of its shards. */
  private static final long LET_GO_MS = 3_000;

  private final Membership membership;
  private final String database;
  private final CurrentPlacement current;
  private final Map<Role, Integer> instances;
  private final int shards;
  private final MeterRegistry metrics;
  private final AtomicInteger nodes = new AtomicInteger();
  private final Map<Role, RoleShards> roles = new EnumMap<>(Role.class);
  private final Promise<Void> left = Promise.promise();
  private Set<String> handlers = Set.of();
  private Set<String> strangers = Set.of();
  private boolean leaving;
  private boolean looking;
  private boolean again;
  private boolean stopped;

  /**
   * @param database the id of the one that this node works on
   * @param current kept up to date from now on
   * @param instances of each role that run here
   * @param shards how many there are
   */
  PlacementVerticle(
      Membership membership,
      String database,
      CurrentPlacement current,
      Map<Role, Integer> instances,
      int shards,
      MeterRegistry metrics) {
    this.membership = membership;
    this.database = database;
    this.current = current;
    this.instances = Map.copyOf(instances);
    this.shards = shards;
    this.metrics = metrics;
  }

  /**
   * Completes when this node has announced itself and has seen the plan; fails when nodes that were
   * there before it work on another database.
   */
  @Override
  public Future<?> start() {
    instances.forEach((role, count) -> {
      if (count > 0) {
        roles.put(
            role,
            new RoleShards(
                vertx,
                role,
                count,
                shards,
                role == Role.HANDLER ? this::askForThem : any -> Future.succeededFuture()));
      }
    });
    measure();
    vertx.eventBus().<LetGo>localConsumer(Addresses.LET_GO, this::letGo);
    membership.onChange(() -> context.runOnContext(changed -> look()));
    vertx.setPeriodic(LOOK_MS, tick -> look());
    // Its own word is news to it, too: that look waits for this one.
    looking = true;
    // Before, to say nothing to strangers; and after, since two may come at once.
    return membership
        .look()
        .compose(this::refuseElderStrangers)
        .compose(cluster -> announce())
        .compose(told -> membership.look())
        .compose(this::refuseElderStrangers)
        .compose(cluster -> lookNow());
  }

  private Future<Cluster> refuseElderStrangers(Cluster cluster) {
    for (Node node : cluster.nodes()) {
      if (node.id().equals(membership.self())) {
        break;
      }
      if (node.isStrangerTo(database)) {
        return Future.failedFuture(
            new IllegalStateException(
                "the cluster that this node found works on another database (%s, this one is %s): "
                        .formatted(node.database(), database)
                    + "give each installation a cluster.name of its own"));
      }
    }
    return Future.succeededFuture(cluster);
  }

  /** What is left is of this database: two clusters of one name may also meet later. */
  private Cluster ours(Cluster cluster) {
    List<Node> ours =
        cluster.nodes().stream().filter(node -> !node.isStrangerTo(database)).toList();
    Set<String> others =
        cluster.nodes().stream()
            .filter(node -> node.isStrangerTo(database))
            .map(Node::id)
            .collect(Collectors.toSet());
    if (!others.equals(strangers)) {
      strangers = others;
      LOG.error("nodes of another database in this cluster, give it another name: {}", others);
    }
    return new Cluster(cluster.live(), ours, cluster.plan());
  }

  private void measure() {
    Gauge.builder("allocation.cluster.nodes", nodes, AtomicInteger::get)
        .description("Nodes of the service that this one sees, itself included")
        .strongReference(true)
        .register(metrics);
    roles.forEach((role, here) ->
        Gauge.builder("allocation.cluster.shards", here, RoleShards::count)
            .description("Shards that this node has")
            .tag("role", role.name().toLowerCase(Locale.ROOT))
            .strongReference(true)
            .register(metrics));
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    return Future.succeededFuture();
  }

  /**
   * Hands over every shard that another node can take; completes when that is done. On any thread.
   */
  Future<Void> leave() {
    context.runOnContext(now -> {
      leaving = true;
      announce()
          .onFailure(cause -> LOG.warn("the others cannot be told that this node leaves", cause))
          .onComplete(told -> look());
    });
    return left.future();
  }

  private Future<Void> announce() {
    return membership.announce(new Node(membership.self(), database, roles.keySet(), leaving));
  }

  private void look() {
    if (looking || stopped) {
      again = true;
      return;
    }
    lookNow().onFailure(cause -> LOG.warn("the cluster cannot be seen", cause));
  }

  private Future<Void> lookNow() {
    looking = true;
    again = false;
    return membership
        .look()
        .map(this::ours)
        .compose(this::agree)
        .onSuccess(this::carryOut)
        .<Void>mapEmpty()
        .onComplete(done -> {
          looking = false;
          if (again) {
            look();
          }
        });
  }

  /** The eldest plans; what the others see is its plan or the one before. */
  private Future<Cluster> agree(Cluster cluster) {
    boolean known =
        cluster.nodes().stream()
            .anyMatch(node -> node.id().equals(membership.self()) && node.leaving() == leaving);
    if (!known) {
      // What it said is not what it is now.
      again = true;
      return announce().map(cluster);
    }
    if (!cluster.nodes().getFirst().id().equals(membership.self())) {
      return Future.succeededFuture(cluster);
    }
    Plan next = cluster.plan().next(shards, cluster.nodes());
    if (next.equals(cluster.plan())) {
      return Future.succeededFuture(cluster);
    }
    return membership
        .replace(cluster.plan(), next)
        .map(replaced -> {
          again |= !replaced;
          return replaced ? new Cluster(cluster.live(), cluster.nodes(), next) : cluster;
        });
  }

  private void carryOut(Cluster cluster) {
    Placement placement = new Placement(membership.self(), cluster.live(), cluster.plan().owners());
    if (nodes.getAndSet(cluster.nodes().size()) != cluster.nodes().size()) {
      LOG.info("nodes={} self={}", cluster.nodes().size(), membership.self());
    }
    handlers =
        cluster.nodes().stream()
            .filter(node -> node.roles().contains(Role.HANDLER))
            .map(Node::id)
            .collect(Collectors.toSet());
    if (!placement.equals(current.get())) {
      current.moveTo(placement, vertx.eventBus());
    }
    roles.forEach((role, here) -> here.want(placement.shards(role, membership.self())));
    if (leaving) {
      handOver(cluster);
    }
  }

  /** What no other node can take stays to the end. Asked at every look: an heir may leave, too. */
  private void handOver(Cluster cluster) {
    List<Integer> all = IntStream.range(0, shards).boxed().toList();
    List<Future<Void>> gone = new ArrayList<>();
    roles.forEach((role, here) -> {
      if (hasHeir(role, cluster)) {
        gone.add(here.gone(all));
      }
    });
    Future.all(gone).onSuccess(done -> left.tryComplete());
  }

  private boolean hasHeir(Role role, Cluster cluster) {
    return cluster.nodes().stream()
        .anyMatch(node -> !node.leaving() && node.roles().contains(role));
  }

  private void letGo(Message<LetGo> request) {
    RoleShards handlers = roles.get(Role.HANDLER);
    Future<Void> gone =
        handlers == null ? Future.succeededFuture() : handlers.gone(request.body().shards());
    gone.onSuccess(free -> request.reply(request.body()));
    // The one who asks may have seen a plan that is news here.
    look();
  }

  /** Asks every handler that may have the shards still; a dead one costs its time and no more. */
  private Future<Void> askForThem(List<Integer> wanted) {
    Set<String> others = new TreeSet<>(handlers);
    others.remove(membership.self());
    List<Future<Message<Object>>> asked =
        others.stream()
            .map(node ->
                vertx
                    .eventBus()
                    .request(
                        Addresses.node(node),
                        new LetGo(wanted),
                        new DeliveryOptions()
                            .setSendTimeout(LET_GO_MS)
                            .addHeader(Requests.LEFT_MS, String.valueOf(LET_GO_MS))))
            .toList();
    return Future.join(asked)
        .transform(answered -> {
          if (answered.failed()) {
            LOG.info(
                "not every node has let go shards={} cause={}",
                wanted,
                String.valueOf(answered.cause()));
          }
          return Future.succeededFuture();
        });
  }
}
