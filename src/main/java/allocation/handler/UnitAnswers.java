package allocation.handler;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.Shards;
import allocation.domain.LoggedEvent;
import allocation.domain.Outcome;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tells the callers what became of their commands, and those who follow the log that it grew. */
final class UnitAnswers {
  private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);

  private final Vertx vertx;
  private final Shards shards;
  private final HandlerMetrics metrics;
  private final Clock clock;

  UnitAnswers(Vertx vertx, Shards shards, HandlerMetrics metrics, Clock clock) {
    this.vertx = vertx;
    this.shards = shards;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Those for which somebody waits; the others are told that their time was over. */
  List<Pending> withoutLate(List<Pending> commands) {
    if (!anyLate(commands)) {
      return commands;
    }
    Instant now = clock.instant();
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

  /** Whether for any of them nobody waits any more. */
  boolean anyLate(List<Pending> commands) {
    Instant now = clock.instant();
    return commands.stream().anyMatch(command -> command.isLate(now));
  }

  /** The unit of these commands stands: answers them and hands its events on. */
  void written(List<Pending> commands, UnitOfWork unit) {
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

  /** A part of what a command does stands: hands its events on, and answers nobody. */
  void stepped(UnitOfWork unit) {
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

  void failAll(List<Pending> commands, CommandFailure failure, String why) {
    commands.forEach(command -> fail(command, failure, why));
  }

  void fail(Pending command, CommandFailure failure, String why) {
    metrics.failure(command.command(), failure.name().toLowerCase(Locale.ROOT));
    command.fail(failure, why);
  }
}
