package allocation.journey;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;

/** A Pulsar topic, as any program outside meets it. */
final class Topic {
  private final String serviceUrl;
  private final String name;

  /** What is on the topic: its key, its bytes as text, and its place in the event log. */
  record Stored(String key, String data, Optional<String> shard, Optional<String> position) {}

  Topic(String serviceUrl, String namespace, String name) {
    this.serviceUrl = serviceUrl;
    this.name = "persistent://" + namespace + "/" + name;
  }

  /** All that is on it now, in the order of each partition. */
  List<Stored> all() {
    try (PulsarClient client = client();
        Reader<byte[]> reader =
            client.newReader().topic(name).startMessageId(MessageId.earliest).create()) {
      List<Stored> all = new ArrayList<>();
      while (reader.hasMessageAvailable()) {
        Message<byte[]> message = reader.readNext(20, TimeUnit.SECONDS);
        all.add(
            new Stored(
                message.getKey(),
                new String(message.getData(), StandardCharsets.UTF_8),
                Optional.ofNullable(message.getProperty("shard")),
                Optional.ofNullable(message.getProperty("position"))));
      }
      return all;
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  void send(String key, String json) {
    try (PulsarClient client = client();
        Producer<byte[]> producer = client.newProducer().topic(name).create()) {
      producer.newMessage().key(key).value(json.getBytes(StandardCharsets.UTF_8)).send();
    } catch (PulsarClientException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private PulsarClient client() throws PulsarClientException {
    return PulsarClient.builder().serviceUrl(serviceUrl).build();
  }
}
