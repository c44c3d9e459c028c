package allocation.log;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.EventsCommitted;
import allocation.bus.LogPositions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log of some shards and has its work done, in position order and without a gap.
 *
 * <p>Nudges make it fast, the log makes it right: a nudge may be lost, doubled or late. Belongs to
 * one verticle's event loop.
 */
public final class Follower {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  private final Vertx vertx;
  private final Map<Integer, ShardFollower> shards = new LinkedHashMap<>();
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();

  /**
   * @param name names the follower's cursors and its metrics
   * @param batchRows most events that its work gets at a time
   */
  public Follower(
      Vertx vertx,
      String name,
      List<Integer> shardNumbers,
      EventLog log,
      ShardWork work,
      int batchRows,
      MeterRegistry metrics) {
    this.vertx = vertx;
    for (int shard : shardNumbers) {
      AtomicLong lag = new AtomicLong();
      Gauge.builder("allocation.follower.lag", lag, AtomicLong::get)
          .description("Events in the log that the follower has not done yet")
          .tag("follower", name)
          .tag("shard", String.valueOf(shard))
          .strongReference(true)
          .register(metrics);
      shards.put(shard, new ShardFollower(vertx, name, shard, log, work, batchRows, lag));
    }
  }

  /** Listens for nudges; completes when it does. It catches up by itself. */
  public Future<Void> start() {
    shards.forEach((shard, follower) ->
        consumers.add(
            vertx
                .eventBus()
                .<BusMessage>consumer(
                    Addresses.events(shard), nudge -> nudged(follower, nudge.body()))));
    consumers.add(
        vertx
            .eventBus()
            .<LogPositions>consumer(Addresses.POSITIONS, news -> heard(news.body().positions())));
    shards.values().forEach(follower -> follower.heard(0));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList()).mapEmpty();
  }

  /** Completes when the shard's cursor is there; fails after {@code timeoutMs} milliseconds. */
  public Future<Void> reached(int shard, long position, long timeoutMs) {
    ShardFollower follower = shards.get(shard);
    return follower == null
        ? Future.failedFuture("shard %d is not followed here".formatted(shard))
        : follower.reached(position, timeoutMs);
  }

  /** Finishes what is under way, then lets go of every shard. */
  public Future<Void> stop() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
        .transform(left -> Future.join(shards.values().stream().map(ShardFollower::stop).toList()))
        .mapEmpty();
  }

  private void nudged(ShardFollower follower, Object nudge) {
    if (nudge instanceof EventsCommitted committed) {
      follower.nudged(committed);
    } else {
      // Of a newer version, say. The news of the log bring the same a moment later.
      LOG.debug("a nudge cannot be read, waits for the news of the log nudge={}", nudge);
    }
  }

  private void heard(Map<Integer, Long> positions) {
    shards.forEach((shard, follower) -> follower.heard(positions.getOrDefault(shard, 0L)));
  }
}
