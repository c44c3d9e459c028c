package allocation.handler;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.Shards;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes some commands through one unit of work, whatever happens to it, and answers each of them. A
 * unit that can be foreseen may be sent behind another one; whatever else is done to a unit waits
 * until those before it are done with. Belongs to its handler's event loop.
 */
final class UnitRunner {
  private static final Logger LOG = LoggerFactory.getLogger(UnitRunner.class);
  private static final int MOST_TRIES_AGAIN = 3;

  /**
   * Units that are sent behind one another, in one session; then it goes back to its pool, where
   * another handler may wait for it. One pause in so many costs nothing.
   */
  static final int MOST_IN_A_ROW = 50;

  private static final String OTHERS_WERE_FASTER = "other writers were faster; nothing is written";

  private final Ledger ledger;
  private final Shards shards;
  private final ProductMemory memory;
  private final Ahead ahead;
  private final Foresight foresight;
  private final HandlerMetrics metrics;
  private final Clock clock;
  private final Supplier<String> unitIds;
  private final Settling settling;
  private final UnitAnswers answers;

  /** The one that was begun last. */
  private Run last = new Run(Future.succeededFuture());

  private int inARow;

  /** What there is to know about one of {@link #run} until it is over. */
  private static final class Run {
    /** Completes when those before it are over; never fails. */
    private Future<Void> before;

    /** Completes when it is over itself, and those before it. */
    private Future<Void> over;

    /** What was decided last for it: what an unknown outcome is about. */
    private @Nullable UnitOfWork decided;

    /** Sent for the first time, and without an answer. */
    private boolean ahead;

    private boolean failed;

    /** Of a cut in steps: what is written of it already. */
    private CutSoFar cutSoFar = CutSoFar.NONE;

    private Run(Future<Void> before) {
      this.before = before;
      this.over = before;
    }

    /** It is over: or each would keep the one before it, and so all that there ever were. */
    private void forget() {
      before = Future.succeededFuture();
      decided = null;
    }
  }

  /**
   * @param unitIds makes one that no unit ever had
   * @param settleMs milliseconds for finding out whether a unit was committed
   */
  UnitRunner(
      Vertx vertx,
      Ledger ledger,
      Shards shards,
      ProductMemory memory,
      HandlerMetrics metrics,
      Clock clock,
      Supplier<String> unitIds,
      long settleMs) {
    this.ledger = ledger;
    this.shards = shards;
    this.memory = memory;
    this.ahead = new Ahead(memory, shards);
    this.foresight = new Foresight(shards, memory);
    this.metrics = metrics;
    this.clock = clock;
    this.unitIds = unitIds;
    this.settling = new Settling(vertx, ledger, clock, settleMs);
    this.answers = new UnitAnswers(vertx, shards, metrics, clock);
  }

  /** Whether these can be sent behind what is under way, which has no answer yet. */
  boolean canFollow(Stream<CommandMessage> commands) {
    return canBeFollowed() && foresight.isClear(commands);
  }

  /** Not when it has fallen with one before it, which it may not have been told yet. */
  private boolean canBeFollowed() {
    return last.ahead && ahead.last().isPresent() && inARow < MOST_IN_A_ROW;
  }

  /** Completes when every command of this and of those before has its answer; never fails. */
  Future<Void> run(List<Pending> commands) {
    Run run = new Run(last.over);
    run.over = run(run, commands).eventually(() -> run.before).onComplete(over -> run.forget());
    last = run;
    return run.over;
  }

  private Future<Void> run(Run run, List<Pending> taken) {
    List<Pending> commands = answers.withoutLate(taken);
    if (commands.isEmpty()) {
      return Future.succeededFuture();
    }
    Timer.Sample started = metrics.start();
    return Future.succeededFuture(commands)
        .compose(all -> firstTry(run, all))
        .recover(cause -> run.before.compose(free -> afterFailure(run, commands, cause, 0)))
        .onComplete(done -> metrics.unit(commands.size(), started));
  }

  /** Written at once if memory says enough; else decided under the locks. */
  private Future<Void> firstTry(Run run, List<Pending> commands) {
    Optional<UnitOfWork> foreseen =
        run.before.isComplete() || canBeFollowed() ? foresee(run, commands) : Optional.empty();
    return foreseen.isPresent()
        ? send(run, commands, foreseen.get())
        : run.before.compose(free -> underLocks(run, commands));
  }

  private Optional<UnitOfWork> foresee(Run run, List<Pending> commands) {
    return foresight
        .of(messages(commands))
        .map(loaded -> decide(run, commands, loaded))
        .filter(unit -> foresight.learn(unit.outcomes()));
  }

  private Future<Void> send(Run run, List<Pending> commands, UnitOfWork unit) {
    Optional<UnitOfWork> behind = ahead.last();
    Effects effects = unit.effects();
    inARow = behind.isPresent() ? inARow + 1 : 1;
    ahead.send(unit);
    run.ahead = !run.failed;
    return Future.succeededFuture()
        .compose(now ->
            behind.isPresent()
                ? ledger.commitBehind(behind.get().unitId(), effects)
                : ledger.commit(effects))
        .onComplete(answered -> run.ahead = false)
        .onSuccess(committed -> {
          ahead.stands(unit);
          answers.written(commands, unit);
        })
        .recover(cause -> {
          run.failed = true;
          boolean byItself = ahead.falls(unit, cause instanceof LineExists);
          return byItself || cause instanceof Unsettled || cause instanceof Unavailable
              ? Future.failedFuture(cause)
              : run.before.compose(free -> run(run, commands));
        });
  }

  private Future<Void> underLocks(Run run, List<Pending> commands) {
    return ledger
        .commitLocked(
            Needs.of(messages(commands), shards, memory::product),
            loaded -> {
              requireRememberedAt(loaded.positions());
              if (run.cutSoFar.isNone() && answers.anyLate(commands)) {
                throw new TooLate();
              }
              return decide(run, commands, loaded);
            })
        .onSuccess(unit -> {
          foresight.learn(unit.outcomes());
          memory.learn(unit, shards);
          written(run, commands, unit);
        })
        .onFailure(cause -> {
          if (!(cause instanceof LineExists || cause instanceof TooLate)) {
            commands.forEach(command -> memory.forget(shards.of(command.sku())));
          }
        })
        .compose(unit -> unit.goesOn() ? underLocks(run, commands) : Future.succeededFuture());
  }

  /** Answers; of what was only a step it remembers that it stands. */
  private void written(Run run, List<Pending> commands, UnitOfWork unit) {
    if (unit.goesOn()) {
      run.cutSoFar = unit.cutSoFar();
      answers.stepped(unit);
    } else {
      answers.written(commands, unit);
    }
  }

  private static List<CommandMessage> messages(List<Pending> commands) {
    return commands.stream().map(Pending::message).toList();
  }

  /** What is not loaded comes from memory, which has to be as of the positions that are locked. */
  private void requireRememberedAt(Map<Integer, Long> positions) {
    positions.forEach((shard, position) -> {
      if (!memory.isAt(shard, position)) {
        throw new StaleMemory();
      }
    });
  }

  /** Another writer has moved a shard since it was remembered; nothing is written. */
  private static final class StaleMemory extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StaleMemory() {
      super("a remembered shard has moved", null, false, false);
    }
  }

  /**
   * Somebody's time is over: the locks may have been waited for, and whoever waited with them has
   * long been told so. Nothing is written.
   */
  private static final class TooLate extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TooLate() {
      super("the time of a command is over", null, false, false);
    }
  }

  private UnitOfWork decide(Run run, List<Pending> commands, Loaded loaded) {
    UnitOfWork unit =
        new UnitOfWork(
            unitIds.get(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            shards,
            loaded,
            run.cutSoFar,
            sku -> memory.product(shards.of(sku), sku));
    commands.forEach(command -> unit.decide(command.message()));
    run.decided = unit;
    return unit;
  }

  private Future<Void> afterFailure(Run run, List<Pending> commands, Throwable cause, int tries) {
    run.failed = true;
    return switch (cause) {
      case LostRace race -> {
        metrics.lostRace();
        LOG.debug("lost a race commands={} tries={}", commands.size(), tries, race);
        yield tryAgain(run, commands, tries, OTHERS_WERE_FASTER);
      }
      case LineExists line -> {
        metrics.repeatFound();
        yield tryAgain(run, commands, tries, OTHERS_WERE_FASTER);
      }
      case StaleMemory stale -> {
        metrics.staleMemory();
        yield tryAgain(run, commands, tries, OTHERS_WERE_FASTER);
      }
      // Without those whose time is over. No try of its own: there are fewer of them each time.
      case TooLate late -> tryAgain(run, commands, tries - 1, OTHERS_WERE_FASTER);
      case Unsettled unsettled -> settle(run, commands, unsettled, tries);
      case Unavailable away -> {
        LOG.warn("no unit of work commands={} cause={}", commands.size(), away.getMessage());
        yield failAll(run, commands, CommandFailure.BUSY, "the database is not available");
      }
      default -> oneByOne(run, commands, cause);
    };
  }

  /** One bad command must not spoil the others. */
  private Future<Void> oneByOne(Run run, List<Pending> commands, Throwable cause) {
    if (commands.size() == 1) {
      Pending command = commands.getFirst();
      LOG.error(
          "command failed sku={} correlationId={}",
          command.sku(),
          command.message().correlationId(),
          cause);
      return failAll(
          run, commands, CommandFailure.INTERNAL, "the command could not be carried out");
    }
    LOG.warn("a unit of work is done again one by one commands={}", commands.size(), cause);
    Future<Void> done = Future.succeededFuture();
    for (Pending command : commands) {
      done = done.compose(before -> run(run, List.of(command)));
    }
    return done;
  }

  /** Under the locks, and with nothing remembered that was wrong, it cannot fail so again. */
  private Future<Void> tryAgain(Run run, List<Pending> all, int tries, String whyNot) {
    if (tries == MOST_TRIES_AGAIN) {
      return failAll(run, all, CommandFailure.BUSY, whyNot);
    }
    List<Pending> commands = run.cutSoFar.isNone() ? answers.withoutLate(all) : all;
    return commands.isEmpty()
        ? Future.succeededFuture()
        : underLocks(run, commands).recover(cause -> afterFailure(run, commands, cause, tries + 1));
  }

  private Future<Void> settle(Run run, List<Pending> commands, Unsettled unsettled, int tries) {
    UnitOfWork unit = run.decided;
    return settling
        .wasCommitted(unsettled)
        .transform(asked -> {
          if (asked.failed()) {
            return failAll(
                run, commands, CommandFailure.UNKNOWN, "not known to be recorded; send it again");
          }
          if (asked.result() && unit != null) {
            written(run, commands, unit);
            return unit.goesOn()
                ? underLocks(run, commands)
                    .recover(cause -> afterFailure(run, commands, cause, tries))
                : Future.succeededFuture();
          }
          return tryAgain(run, commands, tries, "the database is not available");
        });
  }

  private Future<Void> failAll(
      Run run, List<Pending> commands, CommandFailure failure, String why) {
    if (run.cutSoFar.isNone()) {
      answers.failAll(commands, failure, why);
    } else {
      answers.failAll(commands, CommandFailure.UNKNOWN, "a part is done; send it again: " + why);
    }
    return Future.succeededFuture();
  }
}
