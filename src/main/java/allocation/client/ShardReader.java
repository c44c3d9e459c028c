package allocation.client;

import allocation.wire.PublicLog;
import allocation.wire.PublicLog.Request;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one shard, one at a time: as they were published while they follow each other, from
 * the log where they do not. Keeps a bounded number of them.
 */
final class ShardReader {
  private static final Logger LOG = LoggerFactory.getLogger(ShardReader.class);
  private static final int PAGE = 500;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 5_000;

  private final Vertx vertx;
  private final Context context;
  private final Pages pages;
  private final int shard;
  private final Function<Happened, Future<?>> handler;
  private final Deque<Happened> next = new ArrayDeque<>();
  private final Promise<Void> idle = Promise.promise();
  private long cursor;
  private long known;
  private long pauseMs = FIRST_PAUSE_MS;
  private boolean busy;
  private boolean handling;
  private boolean closed;

  /** Begins after {@code cursor}, once it hears that there is more. */
  ShardReader(
      Vertx vertx,
      Context context,
      Pages pages,
      int shard,
      long cursor,
      Function<Happened, Future<?>> handler) {
    this.vertx = vertx;
    this.context = context;
    this.pages = pages;
    this.shard = shard;
    this.cursor = cursor;
    this.handler = handler;
  }

  /** Some events, or the news that there are some. */
  void told(PublicLog.Run run) {
    long last = next.isEmpty() ? cursor : next.getLast().position();
    if (run.first() <= last + 1 && next.size() + run.events().size() <= 2 * PAGE) {
      add(run.events());
    }
    reached(run.last());
  }

  /** The shard is at least there. */
  void reached(long position) {
    known = Math.max(known, position);
    step();
  }

  /** Gives out no more; completes when the event that was given out is handled. */
  Future<Void> close() {
    closed = true;
    if (!handling) {
      // A page that is still read is of no use.
      idle.tryComplete();
    }
    return idle.future();
  }

  private void add(List<String> events) {
    for (String json : events) {
      Happened event = Happened.read(json);
      long last = next.isEmpty() ? cursor : next.getLast().position();
      if (event.position() == last + 1) {
        next.add(event);
      }
    }
  }

  private void step() {
    if (busy || closed) {
      return;
    }
    if (!next.isEmpty()) {
      Happened event = next.getFirst();
      handling = true;
      run(
          handler.apply(event),
          done -> {
            next.removeFirst();
            cursor = event.position();
          });
    } else if (cursor < known) {
      String page = new Request.After(shard, cursor, PAGE).text();
      run(pages.read(page), this::addPage);
    }
  }

  private void addPage(String page) {
    List<String> events = PublicLog.readEvents(page);
    add(events);
    if (events.isEmpty()) {
      // What was heard of was a rumour: of a database that was set back, say.
      known = cursor;
    } else if (next.isEmpty()) {
      throw new IllegalStateException(
          "the log of shard %d has a gap after %d".formatted(shard, cursor));
    }
  }

  /** Does {@code then} on our event loop, whichever the action ended on. */
  private <T> void run(Future<T> action, Consumer<T> then) {
    busy = true;
    action.onComplete(done ->
        context.runOnContext(turn -> {
          try {
            if (done.failed()) {
              pause(done.cause());
            } else {
              then.accept(done.result());
              pauseMs = FIRST_PAUSE_MS;
              goOn();
            }
          } catch (RuntimeException e) {
            pause(e);
          }
        }));
  }

  private void pause(Throwable cause) {
    if (closed) {
      if (handling) {
        LOG.warn(
            "the last event was not handled shard={} after={} cause={}",
            shard,
            cursor,
            cause.toString());
      }
      goOn();
      return;
    }
    LOG.warn(
        "following stopped, will go on shard={} after={} pauseMs={} cause={}",
        shard,
        cursor,
        pauseMs,
        cause.toString());
    vertx.setTimer(pauseMs, over -> goOn());
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }

  private void goOn() {
    busy = false;
    handling = false;
    if (closed) {
      idle.tryComplete();
    } else {
      step();
    }
  }
}
