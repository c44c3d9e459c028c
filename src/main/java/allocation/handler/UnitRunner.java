package allocation.handler;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.Shards;
import allocation.domain.LoggedEvent;
import allocation.domain.Outcome;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
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
  private static final int MOST_TRIES_AGAIN = 3;
  private static final String OTHERS_WERE_FASTER = "other writers were faster; nothing is written";

  private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);

  private final Vertx vertx;
  private final Ledger ledger;
  private final Shards shards;
  private final ProductMemory memory;
  private final Foresight foresight;
  private final HandlerMetrics metrics;
  private final Clock clock;
  private final Supplier<String> unitIds;
  private final Settling settling;

  /** The unit that was decided last: the one that an unknown outcome is about. */
  private @Nullable UnitOfWork decided;

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
    this.vertx = vertx;
    this.ledger = ledger;
    this.shards = shards;
    this.memory = memory;
    this.foresight = new Foresight(shards, memory);
    this.metrics = metrics;
    this.clock = clock;
    this.unitIds = unitIds;
    this.settling = new Settling(vertx, ledger, clock, settleMs);
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

  /** Written at once if memory says enough; else decided under the locks. */
  private Future<Void> firstTry(List<Pending> commands) {
    Optional<UnitOfWork> foreseen =
        foresight
            .of(messages(commands))
            .map(loaded -> decide(commands, loaded))
            .filter(unit -> foresight.learn(unit.outcomes()));
    return foreseen.isPresent()
        ? ledger
            .commit(foreseen.get().effects())
            .onSuccess(committed -> finish(commands, foreseen.get()))
        : underLocks(commands);
  }

  private Future<Void> underLocks(List<Pending> commands) {
    return ledger
        .commitLocked(
            Needs.of(messages(commands), shards, memory::product),
            loaded -> {
              requireRememberedAt(loaded.positions());
              requireInTime(commands);
              return decide(commands, loaded);
            })
        .onSuccess(unit -> {
          foresight.learn(unit.outcomes());
          finish(commands, unit);
        })
        .mapEmpty();
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

  /** The locks may have been waited for: whoever waited with them has long been told so. */
  private void requireInTime(List<Pending> commands) {
    Instant now = clock.instant();
    if (commands.stream().anyMatch(command -> command.isLate(now))) {
      throw new TooLate();
    }
  }

  /** Somebody's time is over; nothing is written. */
  private static final class TooLate extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TooLate() {
      super("the time of a command is over", null, false, false);
    }
  }

  private UnitOfWork decide(List<Pending> commands, Loaded loaded) {
    UnitOfWork unit =
        new UnitOfWork(
            unitIds.get(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            shards,
            loaded,
            sku -> memory.product(shards.of(sku), sku));
    commands.forEach(command -> unit.decide(command.message()));
    decided = unit;
    return unit;
  }

  private Future<Void> afterFailure(List<Pending> commands, Throwable cause, int tries) {
    if (!(cause instanceof LineExists || cause instanceof TooLate)) {
      forget(commands);
    }
    return switch (cause) {
      case LostRace race -> {
        metrics.lostRace();
        LOG.debug("lost a race commands={} tries={}", commands.size(), tries, race);
        yield tryAgain(commands, tries, OTHERS_WERE_FASTER);
      }
      case LineExists line -> {
        metrics.repeatFound();
        yield tryAgain(commands, tries, OTHERS_WERE_FASTER);
      }
      case StaleMemory stale -> {
        metrics.staleMemory();
        yield tryAgain(commands, tries, OTHERS_WERE_FASTER);
      }
      // Without those whose time is over. No try of its own: there are fewer of them each time.
      case TooLate late -> tryAgain(commands, tries - 1, OTHERS_WERE_FASTER);
      case Unsettled unsettled -> settle(commands, unsettled, tries);
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

  /** Under the locks, and with nothing remembered that was wrong, it cannot fail so again. */
  private Future<Void> tryAgain(List<Pending> all, int tries, String whyNot) {
    if (tries == MOST_TRIES_AGAIN) {
      return failAll(all, CommandFailure.BUSY, whyNot);
    }
    List<Pending> commands = withoutLate(all);
    return commands.isEmpty()
        ? Future.succeededFuture()
        : underLocks(commands).recover(cause -> afterFailure(commands, cause, tries + 1));
  }

  private Future<Void> settle(List<Pending> commands, Unsettled unsettled, int tries) {
    UnitOfWork unit = decided;
    return settling
        .wasCommitted(unsettled)
        .transform(asked -> {
          if (asked.failed()) {
            return failAll(
                commands, CommandFailure.UNKNOWN, "not known to be recorded; send it again");
          }
          if (asked.result() && unit != null) {
            finish(commands, unit);
            return Future.succeededFuture();
          }
          return tryAgain(commands, tries, "the database is not available");
        });
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
            vertx
                .eventBus()
                .publish(Addresses.events(shard), EventsCommitted.of(shard, ofShard), HERE));
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
