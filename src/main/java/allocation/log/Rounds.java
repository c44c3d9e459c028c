package allocation.log;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Writes what many shards bring in rounds: one transaction for all of them instead of one for each.
 * The first waits for nobody; what comes while a round is under way, or within a pause after it,
 * shares the next one. Belongs to one event loop.
 *
 * @param <W> what a shard brings
 * @param <R> what it is answered
 */
public final class Rounds<W, R> {
  /** Milliseconds after a round that took no time. */
  public static final long PAUSE_MS = 100;

  /**
   * A pause is so many times as long as its round took: followers leave most of a busy database to
   * the writers, and a longer round changes each row once for more events.
   */
  private static final long REST = 3;

  /** A pause is at most so many times {@code pauseMs}: as much later may a view be under load. */
  private static final long LONGEST = 3;

  private final Vertx vertx;
  private final LongSupplier nanoClock;
  private final Function<List<W>, Future<List<R>>> writer;
  private final long pauseMs;
  private List<Item<W, R>> waiting = new ArrayList<>();
  private State state = State.IDLE;
  private boolean hurried;
  private long pause;

  private enum State {
    IDLE,
    DUE,
    WRITING,
    PAUSING
  }

  private record Item<W, R>(W work, Promise<R> written) {}

  /**
   * @param nanoClock as {@link System#nanoTime}
   * @param writer writes all or nothing, and answers in the same order
   */
  public Rounds(
      Vertx vertx,
      LongSupplier nanoClock,
      long pauseMs,
      Function<List<W>, Future<List<R>>> writer) {
    this.vertx = vertx;
    this.nanoClock = nanoClock;
    this.pauseMs = pauseMs;
    this.writer = writer;
  }

  /** Completes when the round that takes it is written; fails only if it fails by itself, too. */
  public Future<R> add(W work) {
    Item<W, R> item = new Item<>(work, Promise.promise());
    waiting.add(item);
    if (state == State.IDLE) {
      // Not at once: other shards of the same unit of work are about to bring theirs.
      state = State.DUE;
      vertx.runOnContext(now -> write());
    }
    return item.written().future();
  }

  /** Somebody waits for what was added last: the pause is over. */
  public void hurry() {
    if (state == State.PAUSING && vertx.cancelTimer(pause)) {
      write();
    } else if (state == State.WRITING && !waiting.isEmpty()) {
      hurried = true;
    }
  }

  private void write() {
    if (waiting.isEmpty()) {
      state = State.IDLE;
      return;
    }
    state = State.WRITING;
    hurried = false;
    List<Item<W, R>> round = waiting;
    waiting = new ArrayList<>();
    long begun = nanoClock.getAsLong();
    write(round)
        .onComplete(done -> rest(TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - begun)));
  }

  private void rest(long tookMs) {
    if (hurried) {
      write();
      return;
    }
    state = State.PAUSING;
    long restMs = Math.clamp(REST * tookMs, pauseMs, LONGEST * pauseMs);
    pause = vertx.setTimer(restMs, fired -> write());
  }

  private Future<Void> write(List<Item<W, R>> round) {
    return Future.succeededFuture(round.stream().map(Item::work).toList())
        .compose(writer)
        .<Void>map(answers -> {
          for (int i = 0; i < round.size(); i++) {
            round.get(i).written().complete(answers.get(i));
          }
          return null;
        })
        .recover(cause -> {
          if (round.size() == 1) {
            round.getFirst().written().fail(cause);
            return Future.succeededFuture();
          }
          return oneByOne(round);
        });
  }

  /** One that cannot be written must not keep the others from it. */
  private Future<Void> oneByOne(List<Item<W, R>> round) {
    Future<Void> done = Future.succeededFuture();
    for (Item<W, R> item : round) {
      done = done.compose(before -> write(List.of(item)));
    }
    return done;
  }
}
