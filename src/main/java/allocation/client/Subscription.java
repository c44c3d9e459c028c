package allocation.client;

import allocation.bus.PublicAddresses;
import allocation.wire.PublicLog;
import allocation.wire.PublicLog.Request;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Objects;
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
  private final Pages pages;
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
    this.pages = new Pages(context, link);
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
    context.runOnContext(turn -> end(Future.succeededFuture()));
    return ended.future().otherwiseEmpty();
  }

  /**
   * Completes when it is closed. Fails with an {@link IllegalStateException} when it cannot go on,
   * once all that was given out is handled: the log ends before what was handled, since the
   * database was set back (to a backup, say) or is another one. Events that were handled are not in
   * the log then, and others will have their positions: undo what came of them, and begin a new
   * subscription where the log ended. Seen as long as the log has not grown beyond them again.
   */
  public Future<Void> ended() {
    return ended.future();
  }

  private void end(Future<Void> how) {
    if (!closed) {
      closed = true;
      vertx.cancelTimer(timer);
      ear.close();
      pages.close();
      Future.join(shards.values().stream().map(ShardReader::close).toList())
          .transform(idle -> how)
          .onComplete(ended);
    }
  }

  private void ask() {
    if (asking) {
      return;
    }
    asking = true;
    // The log has these, whenever it answers. What is handled until then it need not know of.
    Map<Integer, Long> had = Map.copyOf(handled);
    link.request(PublicAddresses.LOG, new Request.Positions().text(), PATIENCE_MS)
        .map(PublicLog::readPositions)
        .onComplete(answer ->
            context.runOnContext(turn -> {
              asking = false;
              if (answer.succeeded()) {
                answer
                    .result()
                    .forEach(
                        (shard, position) -> reached(shard, position, had.getOrDefault(shard, 0L)));
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

  private void reached(int shard, long position, long had) {
    if (closed) {
      return;
    }
    if (position >= had) {
      reader(shard).reached(position);
      return;
    }
    LOG.warn(
        "the log was set back, following ends shard={} handled={} log={}", shard, had, position);
    end(
        Future.failedFuture(
            new IllegalStateException(
                "the log of shard %d ends at %d, and %d was handled"
                    .formatted(shard, position, had))));
  }

  private ShardReader reader(int shard) {
    return shards.computeIfAbsent(
        shard,
        number ->
            new ShardReader(
                vertx,
                context,
                pages,
                number,
                after.getOrDefault(number, 0L),
                event ->
                    Future.succeededFuture(event)
                        .compose(given ->
                            Objects.requireNonNull(
                                handler.apply(given), "the handler returned no Future"))
                        .onSuccess(done -> handled.put(number, event.position()))));
  }
}
