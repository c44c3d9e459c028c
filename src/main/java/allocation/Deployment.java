package allocation;

import allocation.access.Gate;
import allocation.access.KeyringVerticle;
import allocation.bridge.BusEntranceVerticle;
import allocation.bridge.TcpBridgeVerticle;
import allocation.bus.CurrentPlacement;
import allocation.bus.Dispatcher;
import allocation.bus.Requests;
import allocation.bus.Role;
import allocation.cluster.ClusterNode;
import allocation.handler.CommandHandlerVerticle;
import allocation.http.HttpVerticle;
import allocation.json.CommandJson;
import allocation.log.LogPoller;
import allocation.notify.BuyerNoticeVerticle;
import allocation.notify.LogMailbox;
import allocation.notify.Mailbox;
import allocation.notify.SmtpMailbox;
import allocation.postgres.EventPartitions;
import allocation.postgres.PgCursors;
import allocation.postgres.PgEventLog;
import allocation.postgres.PgInstallation;
import allocation.postgres.PgLedger;
import allocation.postgres.PgShardLocks;
import allocation.postgres.PgViews;
import allocation.postgres.StoredAnswers;
import allocation.publisher.EventTopic;
import allocation.publisher.PublisherVerticle;
import allocation.pulsar.PulsarCommandsVerticle;
import allocation.pulsar.PulsarEventTopic;
import allocation.pulsar.PulsarLineAllocatedTopic;
import allocation.pulsar.VertxPulsar;
import allocation.readmodel.ReadModelVerticle;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a node runs: its verticles, in the order in which each finds what it needs. */
final class Deployment {
  private final Config config;
  private final Vertx vertx;
  private final Optional<ClusterNode> node;
  private final CurrentPlacement placement;
  private final Servers servers;
  private final PrometheusMeterRegistry registry;
  private final Clock clock;
  private final Consumer<Supplier<Future<?>>> undo;
  private final PgEventLog log;
  private final Gate gate;
  private final EventLoops loops;

  /**
   * What the verticles talk to.
   *
   * @param databaseId of the write side
   * @param outside to the write side, for other services that read the log
   * @param leaving whether this node says that it is not ready any more
   */
  record Servers(
      String databaseId,
      Pool writes,
      Pool views,
      Pool outside,
      VertxPulsar pulsar,
      BooleanSupplier leaving) {}

  /**
   * @param undo takes what has to be done when it is taken down, the last first
   */
  Deployment(
      Config config,
      Vertx vertx,
      Optional<ClusterNode> node,
      Servers servers,
      PrometheusMeterRegistry registry,
      Clock clock,
      Consumer<Supplier<Future<?>>> undo) {
    this.config = config;
    this.vertx = vertx;
    this.node = node;
    this.placement = node.map(ClusterNode::placement).orElseGet(CurrentPlacement::alone);
    this.servers = servers;
    this.registry = registry;
    this.clock = clock;
    this.undo = undo;
    this.log = new PgEventLog(servers.writes());
    this.gate = Gate.of(config.access());
    this.loops = new EventLoops(vertx, config.instances().eventLoops());
  }

  /** Completes when every one of them has started, those that take work in last. */
  Future<?> all() {
    return measureLoops()
        .compose(done -> keyring())
        .compose(done -> handlers())
        .compose(done -> readModels())
        .compose(done ->
            publishers(
                Role.PUBLISHER,
                "publisher",
                () ->
                    new PulsarEventTopic(
                        vertx,
                        servers.pulsar(),
                        servers.databaseId(),
                        config.shards().count(),
                        registry)))
        .compose(done ->
            publishers(
                Role.LINE_ALLOCATED,
                "line-allocated",
                () ->
                    new PulsarLineAllocatedTopic(
                        vertx, servers.pulsar(), servers.databaseId(), registry)))
        .compose(done -> buyerNotices())
        .compose(done -> takePart())
        .compose(done -> pulsarCommands())
        .compose(done -> busEntrance())
        .compose(done -> tcpBridge())
        .compose(done -> http())
        .onSuccess(done -> {
          new EventPartitions(servers.writes()).follow(vertx);
          LogPoller poller = new LogPoller(vertx, log, config.log().pollMs());
          poller.start();
          // Or it would be heard to complain of the pool that is closed under it.
          undo.accept(() -> {
            poller.stop();
            return Future.succeededFuture();
          });
          new StoredAnswers(servers.writes(), clock, config.answersKept()).forgetOldOnes(vertx);
        });
  }

  private Future<?> measureLoops() {
    return vertx.deployVerticle(
        () -> new EventLoopDelay(registry),
        new DeploymentOptions().setInstances(config.instances().eventLoops()));
  }

  private Future<?> handlers() {
    PgLedger ledger = new PgLedger(servers.writes(), config.shards(), config.unitLimitMs());
    return deploy(
        Role.HANDLER,
        (instance, first) ->
            new CommandHandlerVerticle(
                vertx,
                config.handler(),
                config.shards(),
                instance,
                first,
                ledger,
                clock,
                registry));
  }

  private Future<?> readModels() {
    PgViews views = new PgViews(servers.views());
    return deploy(
        Role.READ_MODEL,
        (instance, first) ->
            new ReadModelVerticle(instance, first, views, log, config.readModel(), registry));
  }

  private Future<?> publishers(Role role, String follower, Supplier<EventTopic> topics) {
    return deploy(
        role,
        (instance, first) ->
            new PublisherVerticle(
                role, follower, instance, first, log, locks(), cursors(), topics.get(), registry));
  }

  private Future<?> buyerNotices() {
    return deploy(
        Role.NOTICES,
        (instance, first) ->
            new BuyerNoticeVerticle(instance, first, log, locks(), cursors(), mailbox(), registry));
  }

  private Mailbox mailbox() {
    return config
        .mail()
        .<Mailbox>map(settings -> new SmtpMailbox(vertx, settings))
        .orElseGet(LogMailbox::new);
  }

  private Future<Void> takePart() {
    return node.map(member ->
            member.takePart(
                loops::deploy,
                servers.databaseId(),
                config.instances().ofRoles(),
                config.shards(),
                clock,
                registry))
        .orElseGet(Future::succeededFuture);
  }

  private Future<?> pulsarCommands() {
    return deploy(
        config.instances().commands(),
        () ->
            new PulsarCommandsVerticle(
                servers.pulsar(),
                () -> dispatcher(requests()),
                CommandJson::read,
                CommandJson::changeBatchQuantity,
                () -> UUID.randomUUID().toString(),
                registry));
  }

  private Requests requests() {
    return new Requests(vertx, placement);
  }

  private Dispatcher dispatcher(Requests requests) {
    return new Dispatcher(requests, config.shards(), clock, config.http().replyTimeoutMs());
  }

  /** For other services: on this event bus, and over the TCP bridge. */
  private Future<?> busEntrance() {
    // The one place that knows whether anybody else can hear what is published.
    boolean heardOutside = config.bridge().isPresent() || node.isPresent();
    return deploy(
        new BusEntranceVerticle(
            this::requests,
            this::dispatcher,
            new PgEventLog(servers.outside()),
            () -> UUID.randomUUID().toString(),
            BusEntranceVerticle.Settings.of(
                config.shards(), config.http().queryTimeoutMs(), heardOutside),
            registry));
  }

  private Future<?> tcpBridge() {
    // And what the way takes.
    long answerMs =
        Math.max(config.http().replyTimeoutMs(), config.http().queryTimeoutMs()) + 1_000;
    return config
        .bridge()
        .<Future<?>>map(settings -> deploy(new TcpBridgeVerticle(settings, answerMs, registry)))
        .orElseGet(Future::succeededFuture);
  }

  /** Before all else: without its keys this node must not serve. */
  private Future<?> keyring() {
    return config.instances().http() == 0 || gate.ring().isOff()
        ? Future.succeededFuture()
        : deploy(new KeyringVerticle(gate.ring()));
  }

  private Future<?> http() {
    ServerStates states =
        new ServerStates(
            new PgInstallation(servers.writes()),
            config.viewsAreElsewhere()
                ? Optional.of(new PgInstallation(servers.views()))
                : Optional.empty(),
            servers.pulsar(),
            servers.leaving());
    return deploy(
        config.instances().http(),
        () ->
            new HttpVerticle(
                config.http(), config.shards(), placement, clock, registry, states, gate));
  }

  private PgCursors cursors() {
    return new PgCursors(servers.writes());
  }

  /** A session of its own for each follower: what it holds ends with it. */
  private PgShardLocks locks() {
    PgShardLocks locks = new PgShardLocks(vertx, config.postgres().server());
    undo.accept(locks::close);
    return locks;
  }

  /** An instance of a role, with the shards that it has at first. */
  private interface OfShards {
    Deployable make(int instance, List<Integer> first);
  }

  /** A node that is alone has all shards at once; in a cluster each has to be taken. */
  private Future<?> deploy(Role role, OfShards verticles) {
    int instances = config.instances().ofRoles().getOrDefault(role, 0);
    List<List<Integer>> first =
        node.isPresent()
            ? Collections.nCopies(instances, List.of())
            : config.shards().split(instances);
    return deploy(IntStream.range(0, first.size()).mapToObj(i -> verticles.make(i, first.get(i))));
  }

  private Future<?> deploy(int instances, Supplier<Deployable> verticles) {
    return deploy(IntStream.range(0, instances).mapToObj(i -> verticles.get()));
  }

  private Future<?> deploy(Deployable verticle) {
    return deploy(Stream.of(verticle));
  }

  private Future<?> deploy(Stream<Deployable> verticles) {
    return loops.deploy(verticles, undo);
  }
}
