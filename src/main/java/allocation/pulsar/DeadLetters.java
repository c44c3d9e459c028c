package allocation.pulsar;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.apache.pulsar.client.api.PulsarClientException;
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

  /** One that is to be set aside. */
  private record Letter(
      Incoming message,
      Optional<String> key,
      Map<String, String> properties,
      Promise<Void> added) {}

  @Override
  public Future<Void> add(Incoming message, Verdict.Dead verdict) {
    Letter letter =
        new Letter(message, message.key(), properties(message, verdict), Promise.promise());
    add(letter, 0, () -> bare(letter, verdict));
    return letter.added().future();
  }

  @Override
  public Future<Void> close() {
    return producer.succeeded() ? producer.result().close() : Future.succeededFuture();
  }

  /** Only a body is sent in pieces: a key, and properties, must go into one message. */
  private Letter bare(Letter letter, Verdict.Dead verdict) {
    Map<String, String> own = own(letter.message(), verdict);
    own.put("leftOut", "key and properties: too large");
    return new Letter(letter.message(), Optional.empty(), own, letter.added());
  }

  /**
   * @param smaller what to send if this can never be
   */
  private void add(Letter letter, int failures, Supplier<Letter> smaller) {
    Incoming message = letter.message();
    Future<VertxProducer> used = producer();
    used.compose(open -> open.send(letter.key(), message.data().getBytes(), letter.properties()))
        .onSuccess(sent -> letter.added().complete())
        .onFailure(cause -> {
          if (failures == 0) {
            LOG.warn("a dead letter cannot be sent, will try again id={}", message.id(), cause);
          }
          if (isOver(cause)) {
            forget(used);
          }
          Letter next =
              cause instanceof PulsarClientException.InvalidMessageException
                  ? smaller.get()
                  : letter;
          pauses
              .after(failures)
              .onSuccess(over -> add(next, failures + 1, smaller))
              .onFailure(ended -> letter.added().fail(ended));
        });
  }

  /** A producer of a topic that was deleted or terminated has ended for good. */
  private static boolean isOver(Throwable cause) {
    return cause instanceof PulsarClientException.AlreadyClosedException
        || cause instanceof PulsarClientException.NotConnectedException
        || cause instanceof PulsarClientException.TopicTerminatedException
        || cause instanceof PulsarClientException.TopicDoesNotExistException
        || cause instanceof PulsarClientException.NotFoundException;
  }

  private void forget(Future<VertxProducer> used) {
    if (producer.equals(used)) {
      producer = Future.failedFuture("to be opened again");
      used.compose(VertxProducer::close)
          .onFailure(cause -> LOG.debug("a producer that has failed is not closed", cause));
    }
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
    properties.putAll(own(message, verdict));
    message.key().ifPresent(key -> properties.put("originalKey", key));
    return properties;
  }

  private Map<String, String> own(Incoming message, Verdict.Dead verdict) {
    Map<String, String> properties = new HashMap<>();
    properties.put("reason", verdict.reason());
    properties.put("detail", shortened(verdict.detail()));
    properties.put("originalTopic", pulsar.settings().topic(topic));
    properties.put("originalMessageId", message.id());
    properties.put(Incoming.CORRELATION_ID, message.correlationId());
    return properties;
  }

  private static String shortened(String detail) {
    return detail.length() <= MAX_DETAIL_CHARACTERS
        ? detail
        : detail.substring(0, MAX_DETAIL_CHARACTERS);
  }
}
