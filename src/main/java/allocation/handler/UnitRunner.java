package allocation.handler;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.Shards;
import allocation.domain.LoggedEvent;
import allocation.domain.Outcome;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes some commands through one unit of work, whatever happens to it, and answers each of them.
 * One unit at a time; belongs to its handler's event loop.
 */
final class UnitRunner {
  private static final Logger LOG = LoggerFactory.getLogger(UnitRunner.class);
  private static final int MOST_LOCKED_TRIES = 3;
  private static final long SETTLE_PAUSE_MS = 100;

  private final Vertx vertx;
  private final Ledger ledger;
  private final Shards shards;
  private final ProductMemory memory;
  private final HandlerMetrics metrics;
  private final Clock clock;
  private final long settleMs;

  /** The unit that was decided last: the one that an unknown outcome is about. */
  private @Nullable UnitOfWork decided;

  /**
   * @param settleMs milliseconds for finding out whether a unit was committed
   */
  UnitRunner(
      Vertx vertx,
      Ledger ledger,
      Shards shards,
      ProductMemory memory,
      HandlerMetrics metrics,
      Clock clock,
      long settleMs) {
    this.vertx = vertx;
    this.ledger = ledger;
    this.shards = shards;
    this.memory = memory;
    this.metrics = metrics;
    this.clock = clock;
    this.settleMs = settleMs;
  }

  /** Completes when every command has its answer; never fails. */
  Future<Void> run(List<Pending> taken) {
    List<Pending> commands = withoutLate(taken);
    if (commands.isEmpty()) {
      return Future.succeededFuture();
    }
    Timer.Sample started = metrics.start();
    return Future.succeededFuture(commands)
        .compose(this::firstTry)
        .recover(cause -> afterFailure(commands, cause, 0))
        .onComplete(done -> metrics.unit(commands.size(), started));
  }

  private List<Pending> withoutLate(List<Pending> commands) {
    Instant now = clock.instant();
    if (commands.stream().noneMatch(command -> command.isLate(now))) {
      return commands;
    }
    return commands.stream()
        .filter(command -> {
          boolean late = command.isLate(now);
          if (late) {
            fail(command, CommandFailure.BUSY, "its time was over before it was decided");
          }
          return !late;
        })
        .toList();
  }

  private Future<Void> firstTry(List<Pending> commands) {
    return load(commands)
        .compose(loaded -> {
          UnitOfWork unit = decide(commands, loaded, true);
          Effects effects = unit.effects();
          return (effects.isEmpty() ? Future.<Void>succeededFuture() : ledger.commit(effects))
              .onSuccess(committed -> finish(commands, unit));
        });
  }

  /** What the unit has to know; what is remembered of a shard that has moved is forgotten first. */
  private Future<Loaded> load(List<Pending> commands) {
    return ledger
        .load(Needs.of(messages(commands), shards, memory::product))
        .compose(loaded ->
            forgetMoved(loaded)
                ? ledger
                    .load(Needs.of(messages(commands), shards, Needs.NOTHING_REMEMBERED))
                    .onSuccess(this::forgetMoved)
                : Future.succeededFuture(loaded));
  }

  private static List<CommandMessage> messages(List<Pending> commands) {
    return commands.stream().map(Pending::message).toList();
  }

  private boolean forgetMoved(Loaded loaded) {
    boolean moved = false;
    for (Map.Entry<Integer, Long> at : loaded.positions().entrySet()) {
      if (!memory.isAt(at.getKey(), at.getValue())) {
        metrics.staleMemory();
        memory.forget(at.getKey());
        moved = true;
      }
    }
    return moved;
  }

  private UnitOfWork decide(List<Pending> commands, Loaded loaded, boolean remembering) {
    UnitOfWork unit =
        new UnitOfWork(
            UUID.randomUUID().toString(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            shards,
            loaded,
            sku -> remembering ? memory.product(shards.of(sku), sku) : Optional.empty());
    commands.forEach(command -> unit.decide(command.message()));
    decided = unit;
    return unit;
  }

  private Future<Void> afterFailure(List<Pending> commands, Throwable cause, int lockedTries) {
    forget(commands);
    return switch (cause) {
      case LostRace race -> {
        metrics.lostRace();
        LOG.debug("lost a race commands={} tries={}", commands.size(), lockedTries, race);
        yield lockedTries < MOST_LOCKED_TRIES
            ? lockedTry(commands, lockedTries + 1)
            : failAll(
                commands, CommandFailure.BUSY, "other writers were faster; nothing is written");
      }
      case Unsettled unsettled -> settle(commands, unsettled, lockedTries);
      case Unavailable away -> {
        LOG.warn("no unit of work commands={} cause={}", commands.size(), away.getMessage());
        yield failAll(commands, CommandFailure.BUSY, "the database is not available");
      }
      case Rejected rejected -> oneByOne(commands, rejected);
      default -> oneByOne(commands, cause);
    };
  }

  /** One bad command must not spoil the others. */
  private Future<Void> oneByOne(List<Pending> commands, Throwable cause) {
    if (commands.size() == 1) {
      Pending command = commands.getFirst();
      LOG.error(
          "command failed sku={} correlationId={}",
          command.sku(),
          command.message().correlationId(),
          cause);
      fail(command, CommandFailure.INTERNAL, "the command could not be carried out");
      return Future.succeededFuture();
    }
    LOG.warn("a unit of work is done again one by one commands={}", commands.size(), cause);
    Future<Void> done = Future.succeededFuture();
    for (Pending command : commands) {
      done = done.compose(before -> run(List.of(command)));
    }
    return done;
  }

  private Future<Void> lockedTry(List<Pending> all, int tries) {
    List<Pending> commands = withoutLate(all);
    if (commands.isEmpty()) {
      return Future.succeededFuture();
    }
    return ledger
        .commitLocked(
            Needs.of(messages(commands), shards, Needs.NOTHING_REMEMBERED),
            loaded -> decide(commands, loaded, false))
        .onSuccess(unit -> finish(commands, unit))
        .<Void>mapEmpty()
        .recover(cause -> afterFailure(commands, cause, tries));
  }

  /** Asks until the answer is final or the time is over; the unit's id in the log decides. */
  private Future<Void> settle(List<Pending> commands, Unsettled unsettled, int lockedTries) {
    UnitOfWork unit = decided;
    LOG.warn(
        "outcome unknown, looking unitId={} cause={}",
        unsettled.effects().unitId(),
        unsettled.getMessage());
    return askUntil(unsettled.effects(), clock.instant().plusMillis(settleMs))
        .compose(committed -> {
          LOG.info(
              "outcome settled unitId={} committed={}", unsettled.effects().unitId(), committed);
          if (committed && unit != null) {
            finish(commands, unit);
            return Future.<Void>succeededFuture();
          }
          return lockedTries < MOST_LOCKED_TRIES
              ? lockedTry(commands, lockedTries + 1)
              : failAll(commands, CommandFailure.BUSY, "the database is not available");
        })
        .recover(cause -> {
          LOG.error("outcome not known unitId={}", unsettled.effects().unitId(), cause);
          return failAll(
              commands, CommandFailure.UNKNOWN, "not known to be recorded; send it again");
        });
  }

  private Future<Boolean> askUntil(Effects effects, Instant end) {
    return ledger
        .wasCommitted(effects)
        .recover(cause ->
            clock.instant().isAfter(end)
                ? Future.failedFuture(cause)
                : vertx.timer(SETTLE_PAUSE_MS).compose(fired -> askUntil(effects, end)));
  }

  /** The unit stands: remember it, hand its events on, answer. */
  private void finish(List<Pending> commands, UnitOfWork unit) {
    unit.loaded().positions().keySet().forEach(shard -> memory.moveTo(shard, unit.position(shard)));
    unit.products().values().forEach(product -> memory.remember(shards.of(product.sku()), product));
    for (int i = 0; i < commands.size(); i++) {
      Pending command = commands.get(i);
      Outcome outcome = unit.outcomes().get(i);
      int shard = shards.of(command.sku());
      metrics.outcome(command.command(), outcome);
      command.answer(new CommandReply(shard, unit.position(shard), outcome));
    }
    // After the answers: a nudge that cannot be sent must not cost anybody his answer.
    nudge(unit.events());
  }

  private void nudge(List<LoggedEvent> events) {
    events.stream()
        .collect(Collectors.groupingBy(LoggedEvent::shard, TreeMap::new, Collectors.toList()))
        .forEach((shard, ofShard) ->
            vertx.eventBus().publish(Addresses.events(shard), EventsCommitted.of(shard, ofShard)));
  }

  private void forget(List<Pending> commands) {
    commands.forEach(command -> memory.forget(shards.of(command.sku())));
  }

  private Future<Void> failAll(List<Pending> commands, CommandFailure failure, String why) {
    commands.forEach(command -> fail(command, failure, why));
    return Future.succeededFuture();
  }

  private void fail(Pending command, CommandFailure failure, String why) {
    metrics.failure(command.command(), failure.name().toLowerCase(Locale.ROOT));
    command.fail(failure, why);
  }
}
