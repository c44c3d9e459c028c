package allocation.pulsar;

import allocation.bus.CommandKey;
import allocation.bus.Dispatcher;
import allocation.domain.Command;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The entrance from Pulsar, on a topic that stands in for one of Pulsar's. */
public final class StandInEntrance extends VerticleBase {
  private static final String NAME = "allocation-commands";
  private static final int MOST_IN_FLIGHT = 8;
  private static final int MAX_BYTES = 64 * 1024;
  private static final long STOP_MS = 5_000;

  private final Topic topic;
  private final Dispatcher dispatcher;
  private final Function<byte[], Command> parser;
  private final BiConsumer<String, String> deadLetters;
  private final MeterRegistry metrics;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private Pauses pauses;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private CommandIntake intake;

  /** What brings messages. */
  public interface Topic {
    /** Fails while it cannot be reached. */
    Future<Link> subscribe();
  }

  /** One subscription. */
  public interface Link {
    /** The next message; fails once it is lost. */
    Future<Brought> receive();

    void close();
  }

  /**
   * A message.
   *
   * @param id the same each time that it is brought
   */
  public record Brought(
      String id,
      String key,
      String correlationId,
      Buffer data,
      Supplier<Future<Void>> acknowledge) {}

  /**
   * @param deadLetters told the id and the reason of what can never be carried out
   */
  public StandInEntrance(
      Topic topic,
      Dispatcher dispatcher,
      Function<byte[], Command> parser,
      BiConsumer<String, String> deadLetters,
      MeterRegistry metrics) {
    this.topic = topic;
    this.dispatcher = dispatcher;
    this.parser = parser;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
  }

  /** The key by which a command is known that a message with this id brings. */
  public static CommandKey key(String id) {
    return CommandKey.ofMessage(NAME, id);
  }

  @Override
  public Future<?> start() {
    pauses = new Pauses(vertx);
    intake =
        new CommandIntake(
            vertx,
            commands(),
            new CommandMessages(parser, dispatcher, pauses, MAX_BYTES),
            aside(),
            pauses,
            metrics);
    intake.start();
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    pauses.end();
    return intake.stop(STOP_MS);
  }

  private CommandTopic commands() {
    return new CommandTopic() {
      @Override
      public String name() {
        return NAME;
      }

      @Override
      public boolean isKeyed() {
        return true;
      }

      @Override
      public int mostInFlight() {
        return MOST_IN_FLIGHT;
      }

      @Override
      public Future<Subscription> subscribe() {
        return topic.subscribe().map(StandInEntrance::subscription);
      }
    };
  }

  private static CommandTopic.Subscription subscription(Link link) {
    return new CommandTopic.Subscription() {
      @Override
      public Future<CommandTopic.Received> receive() {
        return link.receive()
            .map(brought -> new CommandTopic.Received(incoming(brought), brought.acknowledge()));
      }

      @Override
      public Future<Void> close() {
        link.close();
        return Future.succeededFuture();
      }
    };
  }

  private static Incoming incoming(Brought brought) {
    return new Incoming(
        NAME,
        brought.id(),
        "key " + brought.key(),
        Optional.of(brought.key()),
        brought.correlationId(),
        Map.of(),
        brought.data());
  }

  private CommandTopic.DeadLetterTopic aside() {
    return new CommandTopic.DeadLetterTopic() {
      @Override
      public Future<Void> add(Incoming message, Verdict.Dead verdict) {
        deadLetters.accept(message.id(), verdict.reason());
        return Future.succeededFuture();
      }

      @Override
      public Future<Void> close() {
        return Future.succeededFuture();
      }
    };
  }
}
