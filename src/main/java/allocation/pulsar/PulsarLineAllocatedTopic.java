package allocation.pulsar;

import allocation.domain.Event.Allocated;
import allocation.domain.LoggedEvent;
import allocation.publisher.EventTopic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.ProducerBuilder;

/**
 * The original's topic {@value Topics#LINE_ALLOCATED}: a message for each line that got a batch,
 * also when it moved. All shards share it, so a shard's producer is known by its name alone; that
 * the name is busy means that another still holds the shard.
 */
public final class PulsarLineAllocatedTopic implements EventTopic {
  private final VertxPulsar pulsar;
  private final String databaseId;
  private final TopicAdmin admin;
  private final Counter swallowed;
  private Future<Void> unpartitioned = Future.failedFuture("not asked for yet");

  /**
   * @param databaseId made with the database: another database begins again at position 1
   */
  public PulsarLineAllocatedTopic(
      Vertx vertx, VertxPulsar pulsar, String databaseId, MeterRegistry metrics) {
    this.pulsar = pulsar;
    this.databaseId = databaseId;
    this.admin = new TopicAdmin(vertx, pulsar.settings());
    this.swallowed = PulsarEventTopic.swallowed(metrics, Topics.LINE_ALLOCATED);
  }

  @Override
  public Future<Outlet> open(int shard) {
    return unpartitioned()
        .compose(ready -> pulsar.producer(builder -> shared(builder, shard)))
        .<Outlet>map(
            producer -> new PulsarOutlet(producer, PulsarLineAllocatedTopic::message, swallowed))
        // A topic that was deleted is made again.
        .onFailure(cause -> unpartitioned = Future.failedFuture(cause));
  }

  /** Over partitions one last sequence id would not say what each of them has. */
  private Future<Void> unpartitioned() {
    if (unpartitioned.failed()) {
      unpartitioned = admin.ensureUnpartitioned(Topics.LINE_ALLOCATED);
    }
    return unpartitioned;
  }

  private ProducerBuilder<byte[]> shared(ProducerBuilder<byte[]> builder, int shard) {
    return PulsarEventTopic.inOrder(builder)
        .topic(pulsar.settings().topic(Topics.LINE_ALLOCATED))
        .producerName(PulsarEventTopic.producerName(databaseId, Topics.LINE_ALLOCATED, shard))
        .accessMode(ProducerAccessMode.Shared);
  }

  static Optional<Outgoing> message(LoggedEvent event) {
    if (!(event.event() instanceof Allocated line)) {
      return Optional.empty();
    }
    JsonObject json =
        new JsonObject()
            .put("orderid", line.orderId().value())
            .put("sku", event.sku().value())
            .put("qty", line.quantity())
            .put("batchref", line.batchRef().value());
    return Optional.of(
        new Outgoing(
            event.sku().value(),
            json.encode(),
            // By shard and position a consumer knows a repeat.
            Map.of(
                "shard", String.valueOf(event.shard()),
                "position", String.valueOf(event.position()),
                "correlationId", event.correlationId()),
            event.position(),
            event.at().toEpochMilli()));
  }
}
