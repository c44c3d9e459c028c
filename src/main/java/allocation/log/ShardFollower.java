package allocation.log;

import allocation.bus.EventsCommitted;
import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One follower's way through one shard: one thing at a time, from nudges or from the log. */
final class ShardFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ShardFollower.class);
  private static final long FIRST_PAUSE_MS = 100;
  private static final int MOST_DOUBLINGS = 10;
  private static final long ASK_AGAIN_MS = 1_000;

  private final Vertx vertx;
  private final String name;
  private final int shard;
  private final EventLog log;
  private final ShardWork work;
  private final int batchRows;
  private final AtomicLong lag;
  private final Tail tail = new Tail();
  private final List<Waiter> waiters = new ArrayList<>();

  private boolean begun;
  private boolean busy;
  private boolean pausing;
  private boolean stopped;
  private boolean look;
  private long cursor;
  private long known;
  private int failures;
  private Promise<Void> idle = Promise.promise();

  private record Waiter(long position, Promise<Void> reached) {}

  ShardFollower(
      Vertx vertx,
      String name,
      int shard,
      EventLog log,
      ShardWork work,
      int batchRows,
      AtomicLong lag) {
    this.vertx = vertx;
    this.name = name;
    this.shard = shard;
    this.log = log;
    this.work = work;
    this.batchRows = batchRows;
    this.lag = lag;
  }

  /** New events, most often with the events themselves. */
  void nudged(EventsCommitted nudge) {
    // Who has to wait (another service has the shard, the topic is away) may do so for long.
    if (begun) {
      tail.add(nudge);
    }
    heard(nudge.last());
  }

  /** The shard is at least there. */
  void heard(long position) {
    known = Math.max(known, position);
    step();
  }

  /** Completes when the cursor has got to {@code position}; looks into the log at once. */
  Future<Void> reached(long position, long timeoutMs) {
    if (begun && cursor >= position) {
      return Future.succeededFuture();
    }
    Waiter waiter = new Waiter(position, Promise.promise());
    waiters.add(waiter);
    long timer =
        vertx.setTimer(
            timeoutMs,
            fired -> {
              waiters.remove(waiter);
              waiter.reached().tryFail("shard %d is at %d".formatted(shard, cursor));
            });
    // The position is a stranger's word: look, but do not believe that it exists.
    look = true;
    step();
    if (busy) {
      work.hurry();
    }
    return waiter.reached().future().onComplete(done -> vertx.cancelTimer(timer));
  }

  /** Finishes what is under way and lets go. */
  Future<Void> stop() {
    stopped = true;
    waiters.forEach(waiter -> waiter.reached().tryFail("shard %d is left".formatted(shard)));
    waiters.clear();
    if (busy) {
      work.hurry();
    } else {
      idle.tryComplete();
    }
    return idle.future().compose(finished -> work.end(shard));
  }

  private void step() {
    if (busy || pausing || stopped) {
      return;
    }
    if (!begun) {
      run(begin());
      return;
    }
    List<LoggedEvent> next = tail.takeAfter(cursor, batchRows);
    if (!next.isEmpty()) {
      run(apply(next));
    } else if (cursor < known || look) {
      look = false;
      long heard = known;
      run(
          log.after(shard, cursor, batchRows)
              .compose(events -> events.isEmpty() ? nothingThere(heard) : apply(events)));
    }
  }

  private void run(Future<Boolean> action) {
    busy = true;
    action.onComplete(done -> {
      busy = false;
      if (done.failed()) {
        pause(done.cause());
      }
      if (stopped) {
        idle.tryComplete();
      } else if (done.succeeded() && done.result()) {
        step();
      }
    });
  }

  /** Completes with whether to go on at once. */
  private Future<Boolean> begin() {
    return Future.succeededFuture(shard)
        .compose(work::begin)
        .map(start -> {
          begun = start.isPresent();
          if (begun) {
            moveTo(start.getAsLong());
          } else {
            goOnAfter(ASK_AGAIN_MS);
          }
          return begun;
        });
  }

  private void goOnAfter(long ms) {
    pausing = true;
    vertx.setTimer(
        ms,
        fired -> {
          pausing = false;
          step();
        });
  }

  private void moveTo(long position) {
    cursor = position;
    known = Math.max(known, position);
    lag.set(known - cursor);
    Iterator<Waiter> all = waiters.iterator();
    while (all.hasNext()) {
      Waiter waiter = all.next();
      if (waiter.position() <= cursor) {
        all.remove();
        waiter.reached().tryComplete();
      }
    }
    // What they wait for may lie further on than one batch of events.
    look = !waiters.isEmpty();
  }

  private Future<Boolean> nothingThere(long heard) {
    if (known == heard) {
      // What was heard of was a rumour (a database set back, a waiter's fancy).
      known = cursor;
      lag.set(0);
      // Somebody may have asked to look again while this look was under way.
      return Future.succeededFuture(look);
    }
    return Future.succeededFuture(true);
  }

  private Future<Boolean> apply(List<LoggedEvent> events) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).position() != cursor + 1 + i) {
        return Future.failedFuture(
            "the log of shard %d has a gap: %d follows %d"
                .formatted(shard, events.get(i).position(), cursor + i));
      }
    }
    lag.set(known - cursor);
    Future<Long> applied = work.apply(shard, cursor, events);
    // Who is behind has no time to gather.
    if (!waiters.isEmpty() || events.size() == batchRows) {
      work.hurry();
    }
    return applied.map(moved -> {
      // Only work that was done counts: a good begin before each failure is no success.
      if (failures > 0) {
        LOG.info("following goes on follower={} shard={} failures={}", name, shard, failures);
        failures = 0;
      }
      moveTo(moved);
      return true;
    });
  }

  private void pause(Throwable cause) {
    long pauseMs =
        Math.min(work.longestPauseMs(), FIRST_PAUSE_MS << Math.min(failures, MOST_DOUBLINGS));
    failures++;
    // What lasts is told of less and less often: there are many shards, and each fails alike.
    if (Integer.bitCount(failures) == 1) {
      LOG.warn(
          "following stopped, will go on follower={} shard={} cursor={} failures={} pauseMs={} cause={}",
          name,
          shard,
          cursor,
          failures,
          pauseMs,
          cause.toString());
    }
    LOG.debug("following stopped", cause);
    begun = false;
    pausing = true;
    tail.clear();
    work.end(shard)
        .onComplete(ended -> {
          if (ended.failed()) {
            LOG.error("letting go failed follower={} shard={}", name, shard, ended.cause());
          }
          goOnAfter(pauseMs);
        });
  }
}
