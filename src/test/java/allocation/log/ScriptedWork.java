package allocation.log;

import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Work that notes what it is given, and fails or finds its lock taken when it is told to. */
final class ScriptedWork implements ShardWork {
  private final List<Long> done = new ArrayList<>();
  private final List<Long> attemptsNs = new ArrayList<>();
  private int taken;
  private int failures;
  private long ahead;
  private boolean held;

  synchronized List<Long> done() {
    return List.copyOf(done);
  }

  /** When apply was called, in nanoseconds of the JVM's clock. */
  synchronized List<Long> attemptsNs() {
    return List.copyOf(attemptsNs);
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

  /** Another service moves the cursor so far beyond what is done next. */
  synchronized void anotherWillBeAheadBy(long positions) {
    ahead = positions;
  }

  @Override
  public synchronized Future<OptionalLong> begin(int shard) {
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
    return Future.succeededFuture(moved);
  }

  @Override
  public synchronized Future<Void> end(int shard) {
    held = false;
    return Future.succeededFuture();
  }
}
