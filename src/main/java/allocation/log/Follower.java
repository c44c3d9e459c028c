package allocation.log;

import allocation.bus.Addresses;
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
import org.jspecify.annotations.Nullable;

/**
 * Follows the log of some shards and has its work done, in position order and without a gap.
 *
 * <p>Nudges make it fast, the log makes it right: a nudge may be lost, doubled or late. Belongs to
 * one verticle's event loop.
 */
public final class Follower {
  private final Vertx vertx;
  private final String name;
  private final EventLog log;
  private final ShardWork work;
  private final int batchRows;
  private final MeterRegistry metrics;
  private final List<Integer> first;
  private final Map<Integer, Followed> shards = new LinkedHashMap<>();
  private @Nullable MessageConsumer<LogPositions> positions;

  private record Followed(
      ShardFollower follower, MessageConsumer<EventsCommitted> nudges, Gauge lag) {}

  /**
   * @param name names the follower's cursors and its metrics
   * @param first the shards that are followed until {@link #own} says otherwise
   * @param batchRows most events that its work gets at a time
   */
  public Follower(
      Vertx vertx,
      String name,
      List<Integer> first,
      EventLog log,
      ShardWork work,
      int batchRows,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.name = name;
    this.first = List.copyOf(first);
    this.log = log;
    this.work = work;
    this.batchRows = batchRows;
    this.metrics = metrics;
  }

  /** Listens for nudges; completes when it does. It catches up by itself. */
  public Future<Void> start() {
    positions =
        vertx.eventBus().localConsumer(Addresses.POSITIONS, news -> heard(news.body().positions()));
    return own(first);
  }

  /** Lets go of all other shards, what is under way finished, and then follows these. */
  public Future<Void> own(List<Integer> numbers) {
    List<Followed> lost = new ArrayList<>();
    for (int shard : List.copyOf(shards.keySet())) {
      Followed followed = numbers.contains(shard) ? null : shards.remove(shard);
      if (followed != null) {
        lost.add(followed);
      }
    }
    return Future.join(lost.stream().map(this::leave).toList())
        .transform(left ->
            Future.all(
                numbers.stream()
                    .filter(shard -> !shards.containsKey(shard))
                    .map(this::follow)
                    .toList()))
        .mapEmpty();
  }

  private Future<Void> follow(int shard) {
    AtomicLong lag = new AtomicLong();
    Gauge gauge =
        Gauge.builder("allocation.follower.lag", lag, AtomicLong::get)
            .description("Events in the log that the follower has not done yet")
            .tag("follower", name)
            .tag("shard", String.valueOf(shard))
            .strongReference(true)
            .register(metrics);
    ShardFollower follower = new ShardFollower(vertx, name, shard, log, work, batchRows, lag);
    MessageConsumer<EventsCommitted> nudges =
        vertx
            .eventBus()
            .localConsumer(Addresses.events(shard), nudge -> follower.nudged(nudge.body()));
    shards.put(shard, new Followed(follower, nudges, gauge));
    follower.heard(0);
    return nudges.completion();
  }

  private Future<Void> leave(Followed followed) {
    metrics.remove(followed.lag());
    return followed.nudges().unregister().transform(deaf -> followed.follower().stop());
  }

  public boolean follows(int shard) {
    return shards.containsKey(shard);
  }

  /** Completes when the shard's cursor is there; fails after {@code timeoutMs} milliseconds. */
  public Future<Void> reached(int shard, long position, long timeoutMs) {
    Followed followed = shards.get(shard);
    return followed == null
        ? Future.failedFuture("shard %d is not followed here".formatted(shard))
        : followed.follower().reached(position, timeoutMs);
  }

  /** Finishes what is under way, then lets go of every shard. */
  public Future<Void> stop() {
    MessageConsumer<LogPositions> listening = positions;
    return (listening == null ? Future.<Void>succeededFuture() : listening.unregister())
        .transform(deaf -> own(List.of()));
  }

  private void heard(Map<Integer, Long> news) {
    shards.forEach((shard, followed) -> followed.follower().heard(news.getOrDefault(shard, 0L)));
  }
}
