package allocation.pulsar;

import io.vertx.core.Future;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;

/** A consumer whose stages come home to the event loop that calls it. */
final class VertxConsumer {
  private final VertxPulsar pulsar;
  private final Consumer<byte[]> consumer;

  VertxConsumer(VertxPulsar pulsar, Consumer<byte[]> consumer) {
    this.pulsar = pulsar;
    this.consumer = consumer;
  }

  /** The next message, whenever it comes; fails once the consumer is closed. */
  Future<Message<byte[]>> receive() {
    return pulsar.home(consumer.receiveAsync());
  }

  /** Says that the message is done with; it may still be brought again if Pulsar dies now. */
  Future<Void> acknowledge(Message<byte[]> message) {
    return pulsar.home(consumer.acknowledgeAsync(message));
  }

  Future<Void> close() {
    return pulsar.limited(pulsar.home(consumer.closeAsync()));
  }
}
