package allocation.pulsar;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.TypedMessageBuilder;

/** A producer whose stages come home to the event loop that calls it. */
final class VertxProducer {
  private final VertxPulsar pulsar;
  private final Producer<byte[]> producer;

  VertxProducer(VertxPulsar pulsar, Producer<byte[]> producer) {
    this.pulsar = pulsar;
    this.producer = producer;
  }

  /** The last sequence id of this name that the broker had when it was asked; -1 if none. */
  long lastSequenceId() {
    return producer.getLastSequenceId();
  }

  /**
   * Sends in order; completes with the ids when all are stored. After a failure, what follows the
   * one that failed was not sent: a later one that got through would hide it.
   */
  Future<List<MessageId>> send(List<Outgoing> messages) {
    List<CompletableFuture<MessageId>> sent = new ArrayList<>(messages.size());
    for (Outgoing message : messages) {
      CompletableFuture<MessageId> one =
          producer
              .newMessage()
              .key(message.key())
              .value(message.text().getBytes(StandardCharsets.UTF_8))
              .properties(message.properties())
              .sequenceId(message.sequenceId())
              .eventTime(message.atMs())
              .sendAsync();
      sent.add(one);
      if (one.isCompletedExceptionally()) {
        break;
      }
    }
    // One way home for all of them, instead of one each.
    return pulsar
        .home(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)))
        .map(all -> sent.stream().map(CompletableFuture::join).toList());
  }

  /** Sends a message that has no place in an order. */
  Future<MessageId> send(Optional<String> key, byte[] data, Map<String, String> properties) {
    TypedMessageBuilder<byte[]> message = producer.newMessage().value(data).properties(properties);
    key.ifPresent(message::key);
    return pulsar.home(message.sendAsync());
  }

  /** Closes; what is under way fails. */
  Future<Void> close() {
    return pulsar.limited(pulsar.home(producer.closeAsync()));
  }
}
