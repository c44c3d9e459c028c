package allocation.publisher;

import allocation.bus.Addresses;
import allocation.bus.Role;
import allocation.bus.ShardOwner;
import allocation.bus.TimeLimit;
import allocation.log.Cursors;
import allocation.log.EventLog;
import allocation.log.Follower;
import allocation.log.LockedWork;
import allocation.log.ShardLocks;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log to topic, in order. While the topic is away the log keeps the events, and the backlog drains
 * by itself; it starts then, too.
 */
public final class PublisherVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(PublisherVerticle.class);

  /** Most events of a shard that are under way to the topic. */
  private static final int BATCH_ROWS = 1_000;

  /** Milliseconds that a stop waits for what is under way, and again once that was cut off. */
  private static final long STOP_MS = 5_000;

  private final Role role;
  private final String name;
  private final int instance;
  private final List<Integer> first;
  private final EventLog log;
  private final ShardLocks locks;
  private final Cursors cursors;
  private final MeterRegistry metrics;
  private final Publication publication;
  private final LongSupplier nanoClock;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private Follower follower;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private ShardOwner owner;

  /**
   * @param name names the locks, the cursors and the metrics: one for each topic
   * @param instance tells the publishers of a node apart
   * @param first the shards that are published until {@link Addresses#own} is told others
   * @param topic of this verticle alone
   */
  public PublisherVerticle(
      Role role,
      String name,
      int instance,
      List<Integer> first,
      EventLog log,
      ShardLocks locks,
      Cursors cursors,
      EventTopic topic,
      MeterRegistry metrics) {
    this(role, name, instance, first, log, locks, cursors, topic, metrics, System::nanoTime);
  }

  /** The same with a clock like {@link System#nanoTime}. */
  public PublisherVerticle(
      Role role,
      String name,
      int instance,
      List<Integer> first,
      EventLog log,
      ShardLocks locks,
      Cursors cursors,
      EventTopic topic,
      MeterRegistry metrics,
      LongSupplier nanoClock) {
    this.role = role;
    this.name = name;
    this.instance = instance;
    this.first = List.copyOf(first);
    this.log = log;
    this.locks = locks;
    this.cursors = cursors;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    Counter published =
        Counter.builder("allocation.publisher.published")
            .description("Events that the publisher is done with")
            .tag("follower", name)
            .register(metrics);
    this.publication = new Publication(log, topic, published);
  }

  @Override
  public Future<?> start() {
    LockedWork work = new LockedWork(vertx, nanoClock, name, locks, cursors, publication);
    follower = new Follower(vertx, name, first, log, work, BATCH_ROWS, metrics);
    owner = ShardOwner.listen(vertx, role, instance, follower::own);
    return follower.start();
  }

  @Override
  public Future<?> stop() {
    Future<Void> stopped = stopFollowing();
    return TimeLimit.of(vertx, STOP_MS, stopped)
        .recover(late -> {
          LOG.warn("the topic does not answer, stopping without it follower={}", name);
          return publication.cutOff().transform(cut -> TimeLimit.of(vertx, STOP_MS, stopped));
        });
  }

  private Future<Void> stopFollowing() {
    return owner.stop().transform(deaf -> follower.stop());
  }
}
