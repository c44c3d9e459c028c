package allocation.pulsar;

import io.vertx.core.Future;
import java.util.function.Supplier;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;

/** A topic of Pulsar that brings commands. */
final class PulsarCommandTopic implements CommandTopic {
  private static final String SUBSCRIPTION = "allocation";

  private final VertxPulsar pulsar;
  private final String name;
  private final SubscriptionType type;
  private final Supplier<String> correlationIds;

  /**
   * @param type {@code Key_Shared} where messages have keys
   * @param correlationIds makes one for a message that brings none
   */
  PulsarCommandTopic(
      VertxPulsar pulsar, String name, SubscriptionType type, Supplier<String> correlationIds) {
    this.pulsar = pulsar;
    this.name = name;
    this.type = type;
    this.correlationIds = correlationIds;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isKeyed() {
    return type == SubscriptionType.Key_Shared;
  }

  @Override
  public int mostInFlight() {
    return pulsar.settings().commandsInFlight();
  }

  @Override
  public Future<Subscription> subscribe() {
    return pulsar.consumer(this::subscription).map(this::of);
  }

  private Subscription of(VertxConsumer consumer) {
    return new Subscription() {
      @Override
      public Future<Received> receive() {
        return consumer
            .receive()
            .map(message ->
                new Received(
                    Incoming.of(name, message, correlationIds),
                    () -> consumer.acknowledge(message)));
      }

      @Override
      public Future<Void> close() {
        return consumer.close();
      }
    };
  }

  private ConsumerBuilder<byte[]> subscription(ConsumerBuilder<byte[]> builder) {
    return builder
        .topic(pulsar.settings().topic(name))
        .subscriptionName(SUBSCRIPTION)
        .subscriptionType(type)
        .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
        .receiverQueueSize(mostInFlight())
        .enableBatchIndexAcknowledgment(true);
  }
}
