package allocation.postgres;

import allocation.bus.Addresses;
import allocation.bus.LogPositions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.sqlclient.Pool;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a shard's next partition of events is there long before it is needed: an event
 * without a place could not be written. Any number of nodes may do so at once. Belongs to one event
 * loop.
 */
public final class EventPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(EventPartitions.class);

  /** Positions that there is always a place for beyond the last: one partition. */
  static final long AHEAD = 10_000_000;

  private static final String MAKE = "SELECT make_event_partitions($1, $2)";

  private final Pool pool;
  private final Map<Integer, Long> room = new HashMap<>();

  public EventPartitions(Pool pool) {
    this.pool = pool;
  }

  /** Looks at each news of how far the log is, on the caller's event loop. */
  public MessageConsumer<LogPositions> follow(Vertx vertx) {
    return vertx
        .eventBus()
        .localConsumer(Addresses.POSITIONS, news -> keepAhead(news.body().positions()));
  }

  /**
   * Makes what is missing, one after the other, since the pool is that of the units of work; a
   * failure is logged, and tried again at the next news.
   */
  Future<Void> keepAhead(Map<Integer, Long> positions) {
    Future<Void> made = Future.succeededFuture();
    for (Map.Entry<Integer, Long> at : positions.entrySet()) {
      int shard = at.getKey();
      long upTo = at.getValue() + AHEAD;
      if (upTo > room.getOrDefault(shard, 0L)) {
        // Not asked for again while it is under way.
        room.put(shard, Long.MAX_VALUE);
        made = made.transform(before -> make(shard, upTo));
      }
    }
    return made.otherwiseEmpty();
  }

  private Future<Void> make(int shard, long upTo) {
    return pool.preparedQuery(MAKE)
        .execute(Columns.row(shard, upTo))
        .onSuccess(rows -> room.put(shard, rows.iterator().next().getLong(0)))
        .onFailure(cause -> {
          room.remove(shard);
          LOG.error(
              "no partition for the next events, will try again shard={} position={}",
              shard,
              upTo,
              cause);
        })
        .mapEmpty();
  }
}
