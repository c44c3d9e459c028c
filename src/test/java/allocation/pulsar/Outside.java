package allocation.pulsar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.TypedMessageBuilder;

/** Another program at the same Pulsar, with a client of its own. */
final class Outside implements AutoCloseable {
  private static final int LIMIT_S = 30;

  private final Settings settings;
  private final PulsarClient client;

  Outside(Settings settings) {
    this.settings = settings;
    try {
      client = PulsarClient.builder().serviceUrl(settings.serviceUrl()).build();
    } catch (PulsarClientException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for so many messages, and fails when there are more. */
  List<Message<byte[]>> read(String topic, int n) throws IOException {
    List<Message<byte[]>> read = new ArrayList<>();
    try (Reader<byte[]> reader =
        client
            .newReader(Schema.BYTES)
            .topic(settings.topic(topic))
            .startMessageId(MessageId.earliest)
            .create()) {
      while (read.size() < n) {
        Message<byte[]> message = reader.readNext(LIMIT_S, TimeUnit.SECONDS);
        if (message == null) {
          throw new IllegalStateException(topic + " has only " + texts(read));
        }
        read.add(message);
      }
      if (reader.hasMessageAvailable()) {
        throw new IllegalStateException(
            topic + " has more than " + n + ": " + text(reader.readNext()));
      }
    }
    return read;
  }

  void send(String topic, String key, String text) throws PulsarClientException {
    send(topic, key, text, Map.of());
  }

  /** Without batches, as whoever cares for the order of a key must. */
  void send(String topic, String key, String text, Map<String, String> properties)
      throws PulsarClientException {
    try (Producer<byte[]> producer =
        client
            .newProducer(Schema.BYTES)
            .topic(settings.topic(topic))
            .enableBatching(false)
            .create()) {
      TypedMessageBuilder<byte[]> message =
          producer.newMessage().value(text.getBytes(StandardCharsets.UTF_8)).properties(properties);
      if (!key.isEmpty()) {
        message.key(key);
      }
      message.send();
    }
  }

  /** A producer of that name, which stays. */
  Producer<byte[]> producer(String topic, String name) throws PulsarClientException {
    return client
        .newProducer(Schema.BYTES)
        .topic(settings.topic(topic))
        .producerName(name)
        .create();
  }

  static List<String> texts(List<Message<byte[]>> messages) {
    return messages.stream().map(Outside::text).toList();
  }

  static String text(Message<byte[]> message) {
    return new String(message.getData(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws PulsarClientException {
    client.close();
  }
}
