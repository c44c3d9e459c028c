package allocation.given;

import allocation.bus.Shards;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import allocation.handler.CommitFailure;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.Loaded;
import allocation.handler.UnitOfWork;
import allocation.handler.Wanted;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A ledger that does what PostgreSQL does, and fails, waits and counts as a test wants it. One lock
 * stands for all shards: a commit that is held keeps every other writer waiting. Any thread may use
 * it.
 */
public final class InMemoryLedger implements Ledger {
  /** What can happen to a commit. */
  public enum Fault {
    /** It goes through; for one that comes before the one that is to fail. */
    NONE,
    LOST_RACE,
    REJECTED,
    UNAVAILABLE,
    /** Its reply is lost; it is written. */
    UNSETTLED_COMMITTED,
    /** It is lost with its reply. */
    UNSETTLED_NOT_COMMITTED
  }

  private final Deque<Fault> faults = new ArrayDeque<>();
  private final Deque<HeldCommit> holds = new ArrayDeque<>();
  private final List<Effects> units = new ArrayList<>();
  private final List<Wanted> loads = new ArrayList<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger lockedCommits = new AtomicInteger();
  private final AtomicInteger questions = new AtomicInteger();
  private Predicate<Effects> rejected = unit -> false;
  private boolean away;
  private LedgerState state;
  private Future<?> lastWriter = Future.succeededFuture();

  public InMemoryLedger(Shards shards) {
    state = new LedgerState(shards);
  }

  /** The next commits, in this order. */
  public synchronized void failNextCommits(Fault... next) {
    faults.addAll(List.of(next));
  }

  /** Takes back what was not used up. */
  public synchronized void failNoMore() {
    faults.clear();
  }

  /** Refuses every unit that is like this. */
  public synchronized void reject(Predicate<Effects> units) {
    rejected = units;
  }

  /** Whether the database cannot be reached. */
  public synchronized void away(boolean isAway) {
    away = isAway;
  }

  /** The next commit stops with its locks taken. */
  public synchronized HeldCommit holdNextCommit() {
    HeldCommit held = new HeldCommit();
    holds.add(held);
    return held;
  }

  /** A commit that stops until it is let go. */
  public static final class HeldCommit {
    private final Promise<Void> reached = Promise.promise();
    private final Promise<Boolean> letGo = Promise.promise();
    private Runnable afterwards = () -> {};

    /** Completes when the commit has its locks. */
    public Future<Void> reached() {
      return reached.future();
    }

    /** It goes through. */
    public void release() {
      letGo.complete(true);
    }

    /** It goes through, and at that very moment something else happens. */
    public void releaseAndThen(Runnable what) {
      afterwards = what;
      letGo.complete(true);
    }

    /** It ends, and nothing of it is written. */
    public void abort() {
      letGo.complete(false);
    }
  }

  @Override
  public Future<Void> commit(Effects effects) {
    if (!effects.isNewLinesOnly()) {
      throw new IllegalArgumentException("not only new lines: " + effects);
    }
    return write(effects);
  }

  @Override
  public Future<Void> commitBehind(String unitId, Effects effects) {
    if (!effects.isNewLinesOnly()) {
      throw new IllegalArgumentException("not only new lines: " + effects);
    }
    return locked(() ->
        Future.succeededFuture()
            .compose(now -> {
              requireWritten(unitId);
              return held(effects);
            }));
  }

  private synchronized void requireWritten(String unitId) {
    if (!state.has(unitId)) {
      throw new LostRace(new IllegalStateException("unit %s is not written".formatted(unitId)));
    }
  }

  /** As {@link #commit}, of whatever somebody might want to write. */
  public Future<Void> write(Effects effects) {
    return locked(() -> held(effects));
  }

  @Override
  public Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide) {
    lockedCommits.incrementAndGet();
    return locked(() ->
        Future.succeededFuture(loaded(wanted))
            .map(decide)
            .compose(unit -> {
              Effects effects = unit.effects();
              return effects.isEmpty() ? Future.succeededFuture(unit) : held(effects).map(unit);
            }));
  }

  @Override
  public Future<Boolean> wasCommitted(Effects effects) {
    questions.incrementAndGet();
    return locked(() -> Future.succeededFuture(reachable().has(effects)));
  }

  @Override
  public Future<Optional<Sku>> ownerOf(BatchRef ref) {
    return Waiting.later(() -> Future.succeededFuture(reachable().ownerOf(ref)));
  }

  private <T> Future<T> locked(Supplier<Future<T>> work) {
    Promise<Void> done = Promise.promise();
    Future<?> before;
    synchronized (this) {
      before = lastWriter;
      lastWriter = done.future();
    }
    waiting.incrementAndGet();
    return Waiting.atHome(before)
        .onComplete(free -> waiting.decrementAndGet())
        .compose(free -> work.get())
        .onComplete(ended -> done.complete());
  }

  private Future<Void> held(Effects effects) {
    HeldCommit held = nextHold();
    if (held == null) {
      return Future.succeededFuture().map(now -> store(effects));
    }
    held.reached.complete();
    return Waiting.atHome(held.letGo.future())
        .map(goesOn -> {
          if (goesOn) {
            try {
              return store(effects);
            } finally {
              held.afterwards.run();
            }
          }
          throw new Unavailable(onPurpose());
        });
  }

  private synchronized @Nullable HeldCommit nextHold() {
    return holds.poll();
  }

  @SuppressWarnings("NullAway") // a Void
  private synchronized Void store(Effects effects) {
    units.add(effects);
    reachable();
    if (rejected.test(effects)) {
      throw new Rejected(onPurpose());
    }
    Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
    if (fault == Fault.NONE || fault == Fault.UNSETTLED_COMMITTED) {
      state = state.after(effects);
    }
    if (fault != Fault.NONE) {
      throw failure(fault, effects);
    }
    return null;
  }

  private static CommitFailure failure(Fault fault, Effects effects) {
    return switch (fault) {
      case LOST_RACE -> new LostRace(onPurpose());
      case REJECTED -> new Rejected(onPurpose());
      case UNAVAILABLE -> new Unavailable(onPurpose());
      case UNSETTLED_COMMITTED, UNSETTLED_NOT_COMMITTED -> new Unsettled(effects, onPurpose());
      case NONE -> throw new IllegalArgumentException("no failure");
    };
  }

  private static RuntimeException onPurpose() {
    return new IllegalStateException("as the test wants");
  }

  private synchronized Loaded loaded(Wanted wanted) {
    loads.add(wanted);
    return reachable().load(wanted);
  }

  private synchronized LedgerState reachable() {
    if (away) {
      throw new Unavailable(onPurpose());
    }
    return state;
  }

  /** Everything that is in the log of a shard. */
  public synchronized List<LoggedEvent> events(int shard) {
    return state.events(shard);
  }

  /** What is there now. */
  public synchronized Loaded now(Wanted wanted) {
    return state.load(wanted);
  }

  /** All that is there now; another object once anything was written. */
  public synchronized LedgerState state() {
    return state;
  }

  /** Every unit that got as far as its COMMIT, whatever became of it. */
  public synchronized List<Effects> units() {
    return List.copyOf(units);
  }

  /** What was loaded, in this order. */
  public synchronized List<Wanted> loads() {
    return List.copyOf(loads);
  }

  public int lockedCommits() {
    return lockedCommits.get();
  }

  /** How often it was asked whether a unit was committed. */
  public int questions() {
    return questions.get();
  }

  /** Writers that wait for the lock. */
  public int waiting() {
    return waiting.get();
  }
}
