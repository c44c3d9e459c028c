package allocation.pulsar;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets messages aside that cannot be carried out, with the reason; tries until that is done. */
final class DeadLetters implements CommandTopic.DeadLetterTopic {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
  private static final int SEND_TIMEOUT_MS = 10_000;
  private static final int MAX_DETAIL_CHARACTERS = 1_000;

  private final VertxPulsar pulsar;
  private final String topic;
  private final Pauses pauses;
  private Future<VertxProducer> producer = Future.failedFuture("not opened yet");

  /**
   * @param topic whose messages are set aside
   */
  DeadLetters(VertxPulsar pulsar, String topic, Pauses pauses) {
    this.pulsar = pulsar;
    this.topic = topic;
    this.pauses = pauses;
  }

  @Override
  public Future<Void> add(Incoming message, Verdict.Dead verdict) {
    return add(message, properties(message, verdict), 0);
  }

  @Override
  public Future<Void> close() {
    return producer.succeeded() ? producer.result().close() : Future.succeededFuture();
  }

  private Future<Void> add(Incoming message, Map<String, String> properties, int failures) {
    return producer()
        .compose(open -> open.send(message.key(), message.data().getBytes(), properties))
        .<Void>mapEmpty()
        .recover(cause -> {
          if (failures == 0) {
            LOG.warn("a dead letter cannot be sent, will try again id={}", message.id(), cause);
          }
          return pauses.after(failures).compose(over -> add(message, properties, failures + 1));
        });
  }

  private Future<VertxProducer> producer() {
    if (producer.failed()) {
      producer = pulsar.producer(this::builder);
    }
    return producer;
  }

  private ProducerBuilder<byte[]> builder(ProducerBuilder<byte[]> builder) {
    return builder
        .topic(pulsar.settings().topic(Topics.deadLetter(topic)))
        .sendTimeout(SEND_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .blockIfQueueFull(false)
        .enableBatching(false)
        // With the properties that are added, the largest message is larger than the largest.
        .enableChunking(true);
  }

  private Map<String, String> properties(Incoming message, Verdict.Dead verdict) {
    Map<String, String> properties = new HashMap<>(message.properties());
    properties.put("reason", verdict.reason());
    properties.put("detail", shortened(verdict.detail()));
    properties.put("originalTopic", pulsar.settings().topic(topic));
    properties.put("originalMessageId", message.id());
    message.key().ifPresent(key -> properties.put("originalKey", key));
    properties.put(Incoming.CORRELATION_ID, message.correlationId());
    return properties;
  }

  private static String shortened(String detail) {
    return detail.length() <= MAX_DETAIL_CHARACTERS
        ? detail
        : detail.substring(0, MAX_DETAIL_CHARACTERS);
  }
}
