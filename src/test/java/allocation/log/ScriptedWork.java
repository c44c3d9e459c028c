package allocation.log;

import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Work that notes what it is given, and fails or finds its lock taken when it is told to. */
final class ScriptedWork implements ShardWork {
  private final List<Long> done = new ArrayList<>();
  private final List<Long> attemptsNs = new ArrayList<>();
  private final List<Integer> begun = new ArrayList<>();
  private Future<Void> gate = Future.succeededFuture();
  private int taken;
  private int failures;
  private long ahead;
  private boolean held;
  private long longestPauseMs = 5_000;

  synchronized List<Long> done() {
    return List.copyOf(done);
  }

  /** When apply was called, in nanoseconds of the JVM's clock. */
  synchronized List<Long> attemptsNs() {
    return List.copyOf(attemptsNs);
  }

  /** The shards that were asked for, in order. */
  synchronized List<Integer> begun() {
    return List.copyOf(begun);
  }

  /** What is applied next is done at once, and known to be when this completes. */
  synchronized Promise<Void> holdNext() {
    Promise<Void> held = Promise.promise();
    gate = held.future();
    return held;
  }

  synchronized boolean isHeld() {
    return held;
  }

  /** Another service has the shard the next times that it is asked for. */
  synchronized void takenElsewhere(int times) {
    taken = times;
  }

  synchronized void failNext(int times) {
    failures = times;
  }

  synchronized void neverPauseLongerThan(long ms) {
    longestPauseMs = ms;
  }

  /** Another service moves the cursor so far beyond what is done next. */
  synchronized void anotherWillBeAheadBy(long positions) {
    ahead = positions;
  }

  @Override
  public synchronized Future<OptionalLong> begin(int shard) {
    begun.add(shard);
    if (taken > 0) {
      taken--;
      return Future.succeededFuture(OptionalLong.empty());
    }
    held = true;
    return Future.succeededFuture(OptionalLong.of(done.isEmpty() ? 0 : done.getLast()));
  }

  @Override
  public synchronized Future<Long> apply(int shard, long cursor, List<LoggedEvent> events) {
    attemptsNs.add(System.nanoTime());
    if (failures > 0) {
      failures--;
      return Future.failedFuture("the work fails");
    }
    events.forEach(event -> done.add(event.position()));
    long moved = events.getLast().position() + ahead;
    ahead = 0;
    Future<Void> open = gate;
    gate = Future.succeededFuture();
    return open.map(now -> moved);
  }

  @Override
  public synchronized long longestPauseMs() {
    return longestPauseMs;
  }

  @Override
  public synchronized Future<Void> end(int shard) {
    held = false;
    return Future.succeededFuture();
  }
}
