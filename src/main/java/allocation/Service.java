package allocation;

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
import allocation.postgres.Migrations;
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
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service: opens the pools and the Pulsar client and deploys the verticles in order.
 */
public final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  static final long HAND_OVER_MS = 10_000;

  private static final int FIRST_TRIES = 5;

  /** A stop takes no longer than the leave delay and this. */
  static final long STOP_LIMIT_MS = 30_000;

  private final Config config;
  private final Optional<ClusterNode> node;
  private final CurrentPlacement placement;
  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;
  private final Clock clock = Clock.systemUTC();
  private final Pool writePool;
  private final Pool viewPool;
  private final VertxPulsar pulsar;
  private final PgEventLog log;

  /** Undone in reverse: what takes work in goes first. */
  private final List<Supplier<Future<?>>> undo = new ArrayList<>();

  private volatile boolean leaving;

  private Service(
      Config config, Vertx vertx, Optional<ClusterNode> node, Consumer<EventBus> codec) {
    this.config = config;
    this.vertx = vertx;
    this.node = node;
    this.placement = node.map(ClusterNode::placement).orElseGet(CurrentPlacement::alone);
    registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    JvmGcMetrics collections = new JvmGcMetrics();
    collections.bindTo(registry);
    undo.add(() -> {
      collections.close();
      return vertx.close();
    });
    codec.accept(vertx.eventBus());
    writePool = config.postgres().pool(vertx, config.unitLimitMs());
    viewPool = config.views().pool(vertx, config.unitLimitMs());
    log = new PgEventLog(writePool);
    undo.add(() -> Future.join(writePool.close(), viewPool.close()));
    pulsar = VertxPulsar.create(vertx, config.pulsar());
    undo.add(pulsar::close);
  }

  /**
   * Starts the service with the settings of the file and this environment. Fails with a message for
   * the operator, and leaves nothing running, when it cannot.
   */
  public static Future<Service> start(Map<String, String> environment) {
    return Future.succeededFuture(environment).map(Config::from).compose(Service::start);
  }

  static Future<Service> start(Config config) {
    return start(config, WireCodec::register);
  }

  /** With the wire form of another version, for a test of both together. */
  static Future<Service> start(Config config, Consumer<EventBus> codec) {
    LOG.info(
        "starting postgres={} views={} pulsar={} shards={}",
        config.postgres(),
        config.views(),
        config.pulsar().serviceUrl(),
        config.shards().count());
    // Takes as long as all else together: begun before the first library of the rest is loaded.
    Future<Void> migrated = migrate(config);
    // Of no event loop: those of the service are gone by the time that a failed start is told.
    Promise<Service> started = Promise.promise();
    make(config, codec)
        .onFailure(started::fail)
        .onSuccess(service ->
            service
                .up(migrated)
                .onSuccess(up -> started.complete(service))
                .onFailure(cause -> service.undo().onComplete(undone -> started.fail(cause))));
    return started.future();
  }

  private static Future<Service> make(Config config, Consumer<EventBus> codec) {
    VertxBuilder builder = Vertx.builder().withTransport(Transports.best());
    return config.cluster().isEmpty()
        ? Future.succeededFuture(new Service(config, builder.build(), Optional.empty(), codec))
        : ClusterNode.join(builder, config.cluster().get())
            .map(node -> new Service(config, node.vertx(), Optional.of(node), codec));
  }

  /**
   * Says that it is leaving, hands its shards over while it still answers, takes no more requests,
   * finishes those it has, lets go of everything. Fails when that takes too long.
   */
  public Future<Void> stop() {
    leaving = true;
    // Of no event loop: they are gone by the time that the end is told.
    Promise<Void> left = Promise.promise();
    pause(config.leaveDelayMs())
        .compose(heard -> node.map(this::handOver).orElseGet(Future::succeededFuture))
        .onComplete(handedOver -> left.complete());
    return left.future()
        .compose(alone -> undo())
        .timeout(config.leaveDelayMs() + STOP_LIMIT_MS, TimeUnit.MILLISECONDS);
  }

  private Future<Void> pause(long ms) {
    return ms == 0 ? Future.succeededFuture() : vertx.timer(ms, TimeUnit.MILLISECONDS).mapEmpty();
  }

  /** What is not handed over by then is taken by the others when this node is gone. */
  private Future<Void> handOver(ClusterNode leaver) {
    return leaver
        .leave()
        .timeout(HAND_OVER_MS, TimeUnit.MILLISECONDS)
        .onFailure(late -> LOG.warn("not every shard was handed over", late));
  }

  private Future<Void> undo() {
    Future<Void> undone = Future.succeededFuture();
    for (Supplier<Future<?>> step : undo.reversed()) {
      undone =
          undone
              .compose(before -> step.get())
              .<Void>mapEmpty()
              .otherwise(cause -> {
                LOG.warn("a step of the stop failed, going on", cause);
                return null;
              });
    }
    return undone;
  }

  /** Blocks a thread of its own. */
  private static Future<Void> migrate(Config config) {
    Promise<Void> migrated = Promise.promise();
    Thread.ofPlatform()
        .name("migrations")
        .start(() -> {
          try {
            Migrations.migrate(config.postgres().server(), config.shards().count());
            if (!config.views().server().equals(config.postgres().server())) {
              Migrations.migrate(config.views().server(), config.shards().count());
            }
            migrated.complete();
          } catch (RuntimeException | Error e) {
            migrated.fail(e);
          }
        });
    return migrated.future();
  }

  private Future<?> up(Future<Void> migrated) {
    PgInstallation installation = new PgInstallation(writePool);
    // Opens a connection meanwhile; one that fails is told by the migrations.
    installation.ping(config.unitLimitMs());
    return migrated.compose(done -> databaseId(installation, FIRST_TRIES)).compose(this::deployAll);
  }

  /**
   * The database is there, the migrations have been. Where many nodes start at once on few
   * processors the first connection may still take longer than a busy node would wait for one.
   */
  private static Future<String> databaseId(PgInstallation installation, int tries) {
    return installation
        .id()
        .recover(
            cause -> tries > 1 ? databaseId(installation, tries - 1) : Future.failedFuture(cause));
  }

  private Future<?> deployAll(String databaseId) {
    return measureLoops()
        .compose(done -> handlers())
        .compose(done -> readModels())
        .compose(done ->
            publishers(
                Role.PUBLISHER,
                "publisher",
                () ->
                    new PulsarEventTopic(
                        vertx, pulsar, databaseId, config.shards().count(), registry)))
        .compose(done ->
            publishers(
                Role.LINE_ALLOCATED,
                "line-allocated",
                () -> new PulsarLineAllocatedTopic(vertx, pulsar, databaseId, registry)))
        .compose(done -> buyerNotices())
        .compose(done -> takePart())
        .compose(done -> pulsarCommands())
        .compose(done -> busEntrance())
        .compose(done -> tcpBridge())
        .compose(done -> http())
        .onSuccess(done -> {
          new EventPartitions(writePool).follow(vertx);
          LogPoller poller = new LogPoller(vertx, log, config.log().pollMs());
          poller.start();
          // Or it would be heard to complain of the pool that is closed under it.
          undo.add(() -> {
            poller.stop();
            return Future.succeededFuture();
          });
          new StoredAnswers(writePool, clock, config.answersKept()).forgetOldOnes(vertx);
        });
  }

  private Future<?> measureLoops() {
    return vertx.deployVerticle(
        () -> new EventLoopDelay(registry),
        new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE));
  }

  private Future<?> handlers() {
    PgLedger ledger = new PgLedger(writePool, config.shards(), config.unitLimitMs());
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
    PgViews views = new PgViews(viewPool);
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
            member.takePart(config.instances().ofRoles(), config.shards(), clock, registry))
        .orElseGet(Future::succeededFuture);
  }

  private Future<?> pulsarCommands() {
    return deploy(
        config.instances().commands(),
        () ->
            new PulsarCommandsVerticle(
                pulsar,
                dispatcher(),
                CommandJson::read,
                CommandJson::changeBatchQuantity,
                () -> UUID.randomUUID().toString(),
                registry));
  }

  private Dispatcher dispatcher() {
    return new Dispatcher(
        new Requests(vertx, placement), config.shards(), clock, config.http().replyTimeoutMs());
  }

  /** For other services: on this event bus, and over the TCP bridge. */
  private Future<?> busEntrance() {
    // The one place that knows whether anybody else can hear what is published.
    boolean heardOutside = config.bridge().isPresent() || node.isPresent();
    return deploy(
        new BusEntranceVerticle(
            dispatcher(),
            new Requests(vertx, placement),
            log,
            () -> UUID.randomUUID().toString(),
            BusEntranceVerticle.Settings.of(
                config.shards(), config.http().queryTimeoutMs(), heardOutside),
            registry));
  }

  private Future<?> tcpBridge() {
    // To find a command's SKU and then its answer, and what the way takes.
    long answerMs = 2 * config.http().replyTimeoutMs() + 1_000;
    return config
        .bridge()
        .<Future<?>>map(settings -> deploy(new TcpBridgeVerticle(settings, answerMs, registry)))
        .orElseGet(Future::succeededFuture);
  }

  private Future<?> http() {
    ServerStates servers = new ServerStates(new PgInstallation(writePool), pulsar, () -> leaving);
    return deploy(
        config.instances().http(),
        () ->
            new HttpVerticle(config.http(), config.shards(), placement, clock, registry, servers));
  }

  private PgCursors cursors() {
    return new PgCursors(writePool);
  }

  /** A session of its own for each follower: what it holds ends with it. */
  private PgShardLocks locks() {
    PgShardLocks locks = new PgShardLocks(vertx, config.postgres().server());
    undo.add(locks::close);
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
    return Future.all(
        IntStream.range(0, first.size())
            .mapToObj(i -> deploy(verticles.make(i, first.get(i))))
            .toList());
  }

  private Future<?> deploy(int instances, Supplier<Deployable> verticles) {
    return Future.all(
        IntStream.range(0, instances).mapToObj(i -> deploy(verticles.get())).toList());
  }

  private Future<?> deploy(Deployable verticle) {
    return vertx.deployVerticle(verticle).onSuccess(id -> undo.add(() -> vertx.undeploy(id)));
  }
}
