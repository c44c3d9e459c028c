package allocation.pulsar;

import allocation.domain.LoggedEvent;
import allocation.publisher.EventTopic.Outlet;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shard's producer: sequence id = position, so that the broker knows how far it got. */
final class PulsarOutlet implements Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(PulsarOutlet.class);

  /**
   * Milliseconds until events that are not acknowledged are given up: the outlet is then opened
   * again, and the broker tells what it has. Longer than a broker takes to restart.
   */
  private static final long ACKNOWLEDGED_MS = 30_000;

  private final VertxProducer producer;
  private final long lastPosition;
  private final Function<LoggedEvent, Optional<Outgoing>> messageOf;
  private final Counter swallowed;

  /**
   * @param messageOf the message of an event, if it has one in this topic
   */
  PulsarOutlet(
      VertxProducer producer,
      Function<LoggedEvent, Optional<Outgoing>> messageOf,
      Counter swallowed) {
    this.producer = producer;
    this.lastPosition = producer.lastSequenceId();
    this.messageOf = messageOf;
    this.swallowed = swallowed;
  }

  @Override
  public long lastPosition() {
    return lastPosition;
  }

  @Override
  public Future<Void> send(List<LoggedEvent> events) {
    List<Outgoing> messages =
        events.stream().flatMap(event -> messageOf.apply(event).stream()).toList();
    if (messages.isEmpty()) {
      return Future.succeededFuture();
    }
    return producer
        .send(messages)
        .timeout(ACKNOWLEDGED_MS, TimeUnit.MILLISECONDS)
        .onSuccess(ids -> alarm(messages, ids))
        .mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return producer.close();
  }

  /**
   * We never send again what the broker has acknowledged, but the client does send again what was
   * under way when its connection broke. Without that, what the broker took for a repeat was none.
   */
  private void alarm(List<Outgoing> messages, List<MessageId> ids) {
    for (int i = 0; i < ids.size(); i++) {
      if (ids.get(i) instanceof MessageIdAdv id && id.getLedgerId() < 0) {
        swallowed.increment();
        Outgoing message = messages.get(i);
        LOG.error(
            "the broker took an event for a repeat: unless its connection had broken, the event is lost"
                + " sku={} position={}",
            message.key(),
            message.sequenceId());
      }
    }
  }
}
