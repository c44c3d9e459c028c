package allocation.pulsar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.ReaderBuilder;

/** Reads the events as any consumer outside would; blocks, for the command line. */
public final class EventTail {
  private EventTail() {}

  /**
   * Hands over the JSON of each event as it arrives, in order per SKU, {@code count} of them or for
   * ever. Fails with {@link IllegalStateException} when Pulsar cannot be read.
   */
  public static void follow(
      Settings settings, boolean fromEarliest, OptionalLong count, Consumer<String> sink) {
    try (PulsarClient client = client(settings)) {
      requireTopic(client, settings);
      try (Reader<byte[]> reader = reader(client, settings, fromEarliest).create()) {
        for (long seen = 0; count.isEmpty() || seen < count.getAsLong(); seen++) {
          Message<byte[]> message = reader.readNext();
          sink.accept(new String(message.getData(), StandardCharsets.UTF_8));
        }
      }
    } catch (IOException | ExecutionException e) {
      throw cannotRead(settings, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cannotRead(settings, e);
    }
  }

  /** A reader would make a missing topic, without the partitions that the publisher needs. */
  private static void requireTopic(PulsarClient client, Settings settings)
      throws ExecutionException, InterruptedException {
    List<String> partitions =
        client.getPartitionsForTopic(settings.topic(Topics.EVENTS), false).get();
    if (partitions.stream().noneMatch(name -> name.contains("-partition-"))) {
      throw new IllegalStateException(
          "topic %s is not there yet: the service makes it when it starts"
              .formatted(settings.topic(Topics.EVENTS)));
    }
  }

  private static IllegalStateException cannotRead(Settings settings, Exception cause) {
    return new IllegalStateException(
        "the events cannot be read from %s: %s"
            .formatted(settings.serviceUrl(), cause.getMessage()),
        cause);
  }

  private static ReaderBuilder<byte[]> reader(
      PulsarClient client, Settings settings, boolean fromEarliest) {
    return client
        .newReader()
        .topic(settings.topic(Topics.EVENTS))
        .startMessageId(fromEarliest ? MessageId.earliest : MessageId.latest);
  }

  @SuppressWarnings("deprecation") // statistics can be put off in no other way
  private static PulsarClient client(Settings settings) throws PulsarClientException {
    var builder =
        PulsarClient.builder()
            .serviceUrl(settings.serviceUrl())
            .operationTimeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS)
            .lookupTimeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS)
            .statsInterval(0, TimeUnit.SECONDS);
    VertxPulsar.secure(builder, settings);
    return builder.build();
  }
}
