package allocation.pulsar;

import allocation.domain.LoggedEvent;
import allocation.json.EventJson;
import allocation.publisher.EventTopic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.ProducerBuilder;

/**
 * The topic {@value Topics#EVENTS}: each shard's facts in its own partition, as they stand in the
 * log, with the attributes of CloudEvents as properties. Opening a shard throws out whoever had it.
 */
public final class PulsarEventTopic implements EventTopic {
  private final VertxPulsar pulsar;
  private final String databaseId;
  private final int shards;
  private final TopicAdmin admin;
  private final Counter swallowed;
  private Future<Void> partitions = Future.failedFuture("not asked for yet");

  /**
   * @param databaseId made with the database: another database begins again at position 1
   * @param shards how many partitions the topic has
   */
  public PulsarEventTopic(
      Vertx vertx, VertxPulsar pulsar, String databaseId, int shards, MeterRegistry metrics) {
    this.pulsar = pulsar;
    this.databaseId = databaseId;
    this.shards = shards;
    this.admin = new TopicAdmin(vertx, pulsar.settings());
    this.swallowed = swallowed(metrics, Topics.EVENTS);
  }

  @Override
  public Future<Outlet> open(int shard) {
    return partitions()
        .compose(ready -> pulsar.producer(builder -> exclusive(builder, shard)))
        .<Outlet>map(producer -> new PulsarOutlet(producer, this::message, swallowed))
        // A topic that was deleted is made again.
        .onFailure(cause -> partitions = Future.failedFuture(cause));
  }

  static Counter swallowed(MeterRegistry metrics, String topic) {
    return Counter.builder("allocation.publisher.swallowed")
        .description(
            "Events that the broker took for repeats: lost, unless its connection had broken just before")
        .tag("topic", topic)
        .register(metrics);
  }

  /** The same on every node, or the broker would not know a repeat. */
  static String producerName(String databaseId, String topic, int shard) {
    return databaseId + "-" + topic + "-" + shard;
  }

  /** Makes a producer send one by one, in order, and wait for the broker as long as it takes. */
  static ProducerBuilder<byte[]> inOrder(ProducerBuilder<byte[]> builder) {
    // A batch that begins at or below the broker's last id is dropped whole, with success.
    return builder.enableBatching(false).sendTimeout(0, TimeUnit.SECONDS).blockIfQueueFull(false);
  }

  private ProducerBuilder<byte[]> exclusive(ProducerBuilder<byte[]> builder, int shard) {
    return inOrder(builder)
        .topic(pulsar.settings().topic(Topics.EVENTS) + "-partition-" + shard)
        .producerName(producerName(databaseId, Topics.EVENTS, shard))
        .accessMode(ProducerAccessMode.ExclusiveWithFencing);
  }

  /** Asked for once, by all shards together; again only after a failure. */
  private Future<Void> partitions() {
    if (partitions.failed()) {
      partitions = admin.ensurePartitions(Topics.EVENTS, shards);
    }
    return partitions;
  }

  private Optional<Outgoing> message(LoggedEvent event) {
    return Optional.of(
        new Outgoing(
            event.sku().value(),
            event.data(),
            Map.ofEntries(
                Map.entry("ce_specversion", "1.0"),
                Map.entry(
                    "ce_id", "%s:%d:%d".formatted(databaseId, event.shard(), event.position())),
                Map.entry("ce_source", "/allocation"),
                Map.entry("ce_type", EventJson.type(event.event())),
                Map.entry("ce_subject", event.sku().value()),
                Map.entry("ce_time", event.at().toString()),
                Map.entry("ce_datacontenttype", "application/json"),
                Map.entry("shard", String.valueOf(event.shard())),
                Map.entry("position", String.valueOf(event.position())),
                Map.entry("correlationId", event.correlationId())),
            event.position(),
            event.at().toEpochMilli()));
  }
}
