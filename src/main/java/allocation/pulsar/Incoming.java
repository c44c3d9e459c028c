package allocation.pulsar;

import allocation.domain.Ids;
import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageIdAdv;

/**
 * A message that came in.
 *
 * @param topic the topic's short name, by which it is known in keys and metrics
 * @param id the message's, the same each time that it is brought
 * @param lane what is worked on one at a time
 */
record Incoming(
    String topic,
    String id,
    String lane,
    Optional<String> key,
    String correlationId,
    Map<String, String> properties,
    Buffer data) {
  /** The property that names the caller's thread of events. */
  static final String CORRELATION_ID = "correlationId";

  static Incoming of(String topic, Message<byte[]> message, Supplier<String> correlationIds) {
    byte[] data = message.getData();
    return new Incoming(
        topic,
        id(message),
        lane(message),
        message.hasKey() ? Optional.of(message.getKey()) : Optional.empty(),
        // What is no id at all could not be written down.
        Optional.ofNullable(message.getProperty(CORRELATION_ID))
            .filter(given -> Ids.fault(given).isEmpty())
            .orElseGet(correlationIds),
        message.getProperties(),
        data == null ? Buffer.buffer() : Buffer.buffer(data));
  }

  /** With the publish time: a cluster that was made anew counts its ids from the start again. */
  private static String id(Message<byte[]> message) {
    return message.getMessageId() instanceof MessageIdAdv id
        ? "%d:%d:%d:%d@%d"
            .formatted(
                id.getLedgerId(),
                id.getEntryId(),
                id.getPartitionIndex(),
                id.getBatchIndex(),
                message.getPublishTime())
        : message.getMessageId() + "@" + message.getPublishTime();
  }

  /** What Key_Shared keeps together, too; all messages without a key are one lane. */
  private static String lane(Message<byte[]> message) {
    if (message.hasOrderingKey()) {
      return "ordering " + Base64.getEncoder().encodeToString(message.getOrderingKey());
    }
    return message.hasKey() ? "key " + message.getKey() : "";
  }
}
