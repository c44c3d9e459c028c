package allocation.log;

import allocation.domain.LoggedEvent;
import allocation.log.Cursors.Move;
import allocation.log.ShardLocks.Held;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The discipline of a follower that acts outside the database: it holds the shard's lock while it
 * acts, and moves the cursor by compare-and-set once the act is done for good. Belongs to one
 * verticle's event loop.
 */
public final class LockedWork implements ShardWork {
  private static final Logger LOG = LoggerFactory.getLogger(LockedWork.class);

  /** What the follower does outside. */
  public interface Action {
    /** Makes ready; completes with the last position known out there to be done, or less. */
    Future<Long> open(int shard);

    /**
     * Acts on events in position order; completes when that is done for good, with whether the
     * cursor alone knows of it: then it is moved at once.
     */
    Future<Boolean> act(int shard, List<LoggedEvent> events);

    /** Lets go; called also when open failed or never was called. */
    Future<Void> close(int shard);
  }

  private final String follower;
  private final ShardLocks locks;
  private final Cursors cursors;
  private final Action action;
  private final Map<Integer, Held> held = new HashMap<>();
  private final Rounds<Move, Long> moves;

  /**
   * @param nanoClock as {@link System#nanoTime}
   * @param follower names the locks and the cursors
   */
  public LockedWork(
      Vertx vertx,
      LongSupplier nanoClock,
      String follower,
      ShardLocks locks,
      Cursors cursors,
      Action action) {
    this.follower = follower;
    this.locks = locks;
    this.cursors = cursors;
    this.action = action;
    this.moves =
        new Rounds<>(
            vertx,
            nanoClock,
            Rounds.PAUSE_MS,
            round -> cursors.move(follower, round).map(round.stream().map(Move::to).toList()));
  }

  @Override
  public Future<OptionalLong> begin(int shard) {
    return locks
        .tryLock(follower, shard)
        .compose(lock -> {
          if (lock.isEmpty()) {
            return Future.succeededFuture(OptionalLong.empty());
          }
          held.put(shard, lock.get());
          // The lock first: a cursor read before it may be another holder's past.
          return cursors
              .read(follower, shard)
              .compose(cursor -> action.open(shard).compose(done -> start(shard, cursor, done)))
              .map(OptionalLong::of);
        });
  }

  @Override
  public Future<Long> apply(int shard, long cursor, List<LoggedEvent> events) {
    Held lock = held.get(shard);
    if (lock == null || !lock.isHeld()) {
      return Future.failedFuture(
          "the lock of follower=%s shard=%d is lost".formatted(follower, shard));
    }
    long last = events.getLast().position();
    return action
        .act(shard, events)
        .compose(untold -> {
          Future<Long> moved = moves.add(new Move(shard, cursor, last));
          if (untold) {
            moves.hurry();
          }
          return moved;
        });
  }

  @Override
  public void hurry() {
    moves.hurry();
  }

  @Override
  public Future<Void> end(int shard) {
    Held lock = held.remove(shard);
    return action
        .close(shard)
        .recover(cause -> toldOf("closing", shard, cause))
        .compose(closed -> lock == null ? Future.succeededFuture() : lock.release())
        .recover(cause -> toldOf("unlocking", shard, cause));
  }

  /** Where to go on; a cursor that was not moved after its act was done is moved now. */
  private Future<Long> start(int shard, long cursor, long done) {
    if (done <= cursor) {
      return Future.succeededFuture(cursor);
    }
    LOG.info(
        "cursor catches up with what was done follower={} shard={} from={} to={}",
        follower,
        shard,
        cursor,
        done);
    return cursors.move(follower, List.of(new Move(shard, cursor, done))).map(done);
  }

  private Future<Void> toldOf(String what, int shard, Throwable cause) {
    LOG.warn("{} failed follower={} shard={}", what, follower, shard, cause);
    return Future.succeededFuture();
  }
}
