package allocation.client;

import allocation.bus.PublicAddresses;
import allocation.wire.PublicLog;
import allocation.wire.PublicLog.Request;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows all shards. What is published makes it fast; how far the log is, asked about once a
 * second, makes it complete: a lost event is found though no other follows it.
 */
public final class Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);
  private static final long ASK_MS = 1_000;
  private static final long PATIENCE_MS = 10_000;

  private final Vertx vertx;
  private final Link link;
  private final Map<Integer, Long> after;
  private final Function<Happened, Future<?>> handler;
  private final Context context;
  private final Map<Integer, ShardReader> shards = new TreeMap<>();
  private final Map<Integer, Long> handled = new ConcurrentHashMap<>();
  private final Promise<Void> ended = Promise.promise();
  private Link.Ear ear = () -> {};
  private boolean asking;
  private boolean closed;
  private long timer;

  Subscription(
      Vertx vertx, Link link, Map<Integer, Long> after, Function<Happened, Future<?>> handler) {
    this.vertx = vertx;
    this.link = link;
    this.after = Map.copyOf(after);
    this.handler = handler;
    this.context = vertx.getOrCreateContext();
    handled.putAll(after);
  }

  void start() {
    context.runOnContext(turn -> {
      ear = link.listen(text -> context.runOnContext(heard -> told(text)));
      timer = vertx.setPeriodic(0, ASK_MS, tick -> ask());
    });
  }

  /** Shard and the last position that was handled: where to go on from another time. */
  public SortedMap<Integer, Long> handled() {
    return new TreeMap<>(handled);
  }

  /** Gives out no more events; completes when those that were given out are handled. */
  public Future<Void> close() {
    context.runOnContext(turn -> {
      if (!closed) {
        closed = true;
        vertx.cancelTimer(timer);
        ear.close();
        Future.join(shards.values().stream().map(ShardReader::close).toList())
            .<Void>mapEmpty()
            .onComplete(ended);
      }
    });
    return ended.future();
  }

  private void ask() {
    if (asking) {
      return;
    }
    asking = true;
    link.request(PublicAddresses.LOG, new Request.Positions().text(), PATIENCE_MS)
        .map(PublicLog::readPositions)
        .onComplete(answer ->
            context.runOnContext(turn -> {
              asking = false;
              if (answer.succeeded()) {
                answer.result().forEach(this::reached);
              } else {
                LOG.debug("the log does not say how far it is, asks again", answer.cause());
              }
            }));
  }

  private void told(String text) {
    try {
      PublicLog.Run run = PublicLog.Run.read(text);
      ShardReader reader = reader(run.shard());
      if (!closed) {
        reader.told(run);
      }
    } catch (RuntimeException e) {
      // The log has it, in a form that can be read, or says loudly that it has not.
      LOG.debug("what was published cannot be read", e);
    }
  }

  private void reached(int shard, long position) {
    if (!closed) {
      reader(shard).reached(position);
    }
  }

  private ShardReader reader(int shard) {
    return shards.computeIfAbsent(
        shard,
        number ->
            new ShardReader(
                vertx,
                context,
                link,
                number,
                after.getOrDefault(number, 0L),
                event ->
                    Future.succeededFuture(event)
                        .compose(handler::apply)
                        .onSuccess(done -> handled.put(number, event.position()))));
  }
}
