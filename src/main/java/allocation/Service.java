package allocation;

import allocation.cluster.ClusterNode;
import allocation.postgres.Migrations;
import allocation.postgres.PgInstallation;
import allocation.pulsar.VertxPulsar;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service: opens the pools and the Pulsar client, deploys what this node runs, and
 * takes all of it down again.
 */
public final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  static final long HAND_OVER_MS = 10_000;

  private static final int FIRST_TRIES = 5;

  /** A stop takes no longer than the leave delay and this. */
  static final long STOP_LIMIT_MS = 30_000;

  private final Config config;
  private final Optional<ClusterNode> node;
  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;
  private final Clock clock = Clock.systemUTC();
  private final Pool writePool;
  private final Pool outsidePool;
  private final Pool viewPool;
  private final VertxPulsar pulsar;

  /** Undone in reverse: what takes work in goes first. */
  private final List<Supplier<Future<?>>> undo = new ArrayList<>();

  private volatile boolean leaving;

  private Service(
      Config config, Vertx vertx, Optional<ClusterNode> node, Consumer<EventBus> codec) {
    this.config = config;
    this.vertx = vertx;
    this.node = node;
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
    writePool = config.postgres().pool(vertx, "allocation", config.unitLimitMs());
    viewPool = config.views().pool(vertx, "allocation-views", config.unitLimitMs());
    outsidePool = config.postgres().outsidePool(vertx, "allocation-log", config.unitLimitMs());
    undo.add(() -> Future.join(writePool.close(), viewPool.close(), outsidePool.close()));
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
    Optional<String> refusal = config.refusal();
    if (refusal.isPresent()) {
      return Future.failedFuture(new IllegalStateException(refusal.get()));
    }
    LOG.info(
        "starting postgres={} views={} pulsar={} shards={} access={}",
        config.postgres(),
        config.views(),
        config.pulsar().serviceUrl(),
        config.shards().count(),
        config.access().summary());
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
    VertxOptions options = new VertxOptions().setEventLoopPoolSize(config.instances().eventLoops());
    VertxBuilder builder = Vertx.builder().withTransport(Transports.best());
    return config.cluster().isEmpty()
        ? Future.succeededFuture(
            new Service(config, builder.with(options).build(), Optional.empty(), codec))
        : ClusterNode.join(builder, options, config.cluster().get())
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
            if (config.viewsAreElsewhere()) {
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
    return migrated
        .compose(done -> databaseId(installation, FIRST_TRIES))
        .compose(id -> {
          Deployment.Servers servers =
              new Deployment.Servers(id, writePool, viewPool, outsidePool, pulsar, () -> leaving);
          return new Deployment(config, vertx, node, servers, registry, clock, undo::add).all();
        });
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
}
