package allocation.pulsar;

import allocation.bus.Dispatcher;
import allocation.domain.Command;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pulsar.client.api.SubscriptionType;

/**
 * An entrance: commands from Pulsar to their handlers. Each is acknowledged after its commit; what
 * can never be carried out goes to a dead-letter topic with the reason. Starts also while Pulsar is
 * away.
 */
public final class PulsarCommandsVerticle extends VerticleBase {
  /** Milliseconds that a stop waits for answers to what was asked already. */
  private static final long STOP_MS = 5_000;

  private final VertxPulsar pulsar;
  private final Supplier<Dispatcher> dispatchers;
  private final Function<byte[], Command> commands;
  private final Function<byte[], Command> quantityChanges;
  private final Supplier<String> correlationIds;
  private final MeterRegistry metrics;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private Pauses pauses;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private Dispatcher dispatcher;

  private List<CommandIntake> intakes = List.of();

  /**
   * @param dispatchers makes the one of this verticle, on its event loop
   * @param commands reads any command; throws with the reason on what is none
   * @param quantityChanges reads the original's {@code {"batchref","qty"}}; likewise
   * @param correlationIds makes one for a message that brings none
   */
  public PulsarCommandsVerticle(
      VertxPulsar pulsar,
      Supplier<Dispatcher> dispatchers,
      Function<byte[], Command> commands,
      Function<byte[], Command> quantityChanges,
      Supplier<String> correlationIds,
      MeterRegistry metrics) {
    this.pulsar = pulsar;
    this.dispatchers = dispatchers;
    this.commands = commands;
    this.quantityChanges = quantityChanges;
    this.correlationIds = correlationIds;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    pauses = new Pauses(vertx);
    dispatcher = dispatchers.get();
    intakes =
        List.of(
            intake(Topics.COMMANDS, SubscriptionType.Key_Shared, commands),
            // It has no keys: one at a time keeps its order.
            intake(Topics.CHANGE_BATCH_QUANTITY, SubscriptionType.Failover, quantityChanges));
    intakes.forEach(CommandIntake::start);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    pauses.end();
    return Future.join(intakes.stream().map(intake -> intake.stop(STOP_MS)).toList());
  }

  private CommandIntake intake(
      String topic, SubscriptionType type, Function<byte[], Command> parser) {
    return new CommandIntake(
        vertx,
        new PulsarCommandTopic(pulsar, topic, type, correlationIds),
        new CommandMessages(parser, dispatcher, pauses, pulsar.settings().maxCommandBytes()),
        new DeadLetters(pulsar, topic, pauses),
        pauses,
        metrics);
  }
}
