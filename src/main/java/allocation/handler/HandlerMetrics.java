package allocation.handler;

import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What one handler counts. Counters are kept at hand: looking one up costs more than counting. */
final class HandlerMetrics {
  private final MeterRegistry registry;
  private final Map<Key, Counter> outcomes = new HashMap<>();
  private final DistributionSummary unitCommands;
  private final Timer unitDuration;
  private final Counter lostRaces;
  private final Counter staleMemories;
  private final Counter repeatsFound;
  private final AtomicInteger queueDepth = new AtomicInteger();

  private record Key(Class<?> command, String outcome) {}

  /**
   * @param handler tells the handlers of a node apart
   */
  HandlerMetrics(MeterRegistry registry, String handler) {
    this.registry = registry;
    unitCommands =
        DistributionSummary.builder("allocation.unit.commands")
            .description("Commands decided in one unit of work")
            .register(registry);
    unitDuration =
        Timer.builder("allocation.unit.duration")
            .description("From taking a unit's commands off the queue to their answers")
            .register(registry);
    lostRaces =
        Counter.builder("allocation.races.lost")
            .description("Units of work that found another writer in their shard at commit")
            .register(registry);
    staleMemories =
        Counter.builder("allocation.memories.stale")
            .description("Shards forgotten because another writer had moved them")
            .register(registry);
    repeatsFound =
        Counter.builder("allocation.repeats.found")
            .description("Units of work done again since a line was there that they took to be new")
            .register(registry);
    Gauge.builder("allocation.queue.depth", queueDepth, AtomicInteger::get)
        .description("Commands waiting for a unit of work")
        .tag("handler", handler)
        .strongReference(true)
        .register(registry);
  }

  void outcome(Command command, Outcome outcome) {
    count(command, name(outcome));
  }

  void failure(Command command, String name) {
    count(command, name);
  }

  void unit(int commands, Timer.Sample started) {
    unitCommands.record(commands);
    started.stop(unitDuration);
  }

  Timer.Sample start() {
    return Timer.start(registry);
  }

  void lostRace() {
    lostRaces.increment();
  }

  void repeatFound() {
    repeatsFound.increment();
  }

  void staleMemory() {
    staleMemories.increment();
  }

  void queueDepth(int depth) {
    queueDepth.set(depth);
  }

  private void count(Command command, String outcome) {
    outcomes.computeIfAbsent(new Key(command.getClass(), outcome), this::counter).increment();
  }

  private Counter counter(Key key) {
    return Counter.builder("allocation.commands")
        .description("Commands by what became of them")
        .tag("command", key.command().getSimpleName())
        .tag("outcome", key.outcome())
        .register(registry);
  }

  private static String name(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted yes -> "accepted";
      case Outcome.Repeated again -> "repeated";
      case Outcome.Refused no ->
          switch (no.refusal()) {
            case Refusal.KeyReused r -> "key-reused";
            case Refusal.BatchExistsWithOtherContent r -> "batch-exists";
            case Refusal.LineExistsWithOtherQuantity r -> "line-exists";
            case Refusal.UnknownSku r -> "unknown-sku";
            case Refusal.UnknownBatch r -> "unknown-batch";
            case Refusal.NothingAllocated r -> "nothing-allocated";
            case Refusal.NoStock r -> "no-stock";
          };
    };
  }
}
