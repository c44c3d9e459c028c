package allocation.pulsar;

import allocation.bus.TimeLimit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the messages of one topic: of each lane one at a time, of several lanes at once, bounded in
 * number. A message is acknowledged after its commit and never given back: that would let the next
 * one of its key overtake it. Belongs to one event loop.
 */
final class CommandIntake {
  private static final Logger LOG = LoggerFactory.getLogger(CommandIntake.class);
  private static final int RECENT_IDS = 10_000;

  private final Vertx vertx;
  private final CommandTopic topic;
  private final CommandMessages messages;
  private final CommandTopic.DeadLetterTopic deadLetters;
  private final Pauses pauses;
  private final MeterRegistry metrics;
  private final Map<String, Future<Void>> lanes = new HashMap<>();
  private final Recent recent = new Recent(RECENT_IDS);
  private final Promise<Void> empty = Promise.promise();
  private Optional<CommandTopic.Subscription> consumer = Optional.empty();
  private boolean receiving;
  private int inFlight;

  CommandIntake(
      Vertx vertx,
      CommandTopic topic,
      CommandMessages messages,
      CommandTopic.DeadLetterTopic deadLetters,
      Pauses pauses,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.topic = topic;
    this.messages = messages;
    this.deadLetters = deadLetters;
    this.pauses = pauses;
    this.metrics = metrics;
  }

  /** Subscribes, and goes on trying until it is subscribed. */
  void start() {
    connect(0);
  }

  /** Takes no more, sees through what is asked already, and lets go. */
  Future<Void> stop(long timeoutMs) {
    if (inFlight == 0) {
      empty.tryComplete();
    }
    return TimeLimit.of(vertx, timeoutMs, empty.future())
        .recover(late -> {
          LOG.warn("messages are left to be brought again topic={} n={}", topic.name(), inFlight);
          return Future.succeededFuture();
        })
        .compose(done -> letGo())
        .eventually(deadLetters::close);
  }

  private void connect(int failures) {
    topic
        .subscribe()
        .onSuccess(this::connected)
        .onFailure(cause -> {
          if (failures == 0) {
            LOG.warn(
                "cannot subscribe, will try again topic={} cause={}",
                topic.name(),
                cause.toString());
          }
          pauses.after(failures).onSuccess(over -> connect(failures + 1));
        });
  }

  private void connected(CommandTopic.Subscription open) {
    consumer = Optional.of(open);
    if (pauses.ended()) {
      letGo();
      return;
    }
    LOG.info("takes commands topic={}", topic.name());
    receive();
  }

  private Future<Void> letGo() {
    return consumer.map(CommandTopic.Subscription::close).orElseGet(Future::succeededFuture);
  }

  private void receive() {
    if (receiving || pauses.ended() || consumer.isEmpty() || inFlight >= topic.mostInFlight()) {
      return;
    }
    CommandTopic.Subscription from = consumer.get();
    receiving = true;
    from.receive()
        .onComplete(received -> {
          receiving = false;
          if (received.succeeded()) {
            take(received.result());
            receive();
          } else if (!pauses.ended()) {
            reconnect(from, received.cause());
          }
        });
  }

  private void reconnect(CommandTopic.Subscription lost, Throwable cause) {
    LOG.warn(
        "the subscription was lost, subscribes again topic={} cause={}",
        topic.name(),
        cause.toString());
    consumer = Optional.empty();
    lost.close().onComplete(closed -> connect(0));
  }

  private void take(CommandTopic.Received received) {
    if (pauses.ended()) {
      return;
    }
    inFlight++;
    Incoming incoming = received.message();
    String lane = topic.isKeyed() ? incoming.lane() : "";
    Future<Void> turn =
        lanes
            .getOrDefault(lane, Future.succeededFuture())
            .transform(before -> seeThrough(incoming))
            .onSuccess(done -> acknowledge(received));
    lanes.put(lane, turn);
    turn.onComplete(done -> {
      lanes.remove(lane, turn);
      inFlight--;
      if (inFlight == 0 && pauses.ended()) {
        empty.tryComplete();
      }
      receive();
    });
  }

  private Future<Void> seeThrough(Incoming message) {
    if (recent.has(message.id())) {
      // The broker restarted before it had our acknowledgement. What was done stays as it was:
      // an Allocate that was taken back since must not be done again.
      return Future.succeededFuture();
    }
    return messages
        .handle(message)
        .compose(verdict ->
            switch (verdict) {
              case Verdict.Done done -> Future.succeededFuture(done.outcome());
              case Verdict.Dead dead -> setAside(message, dead);
            })
        .onSuccess(outcome -> {
          recent.add(message.id());
          count(outcome);
        })
        .mapEmpty();
  }

  private Future<String> setAside(Incoming message, Verdict.Dead verdict) {
    LOG.info(
        "a command is set aside topic={} id={} correlationId={} reason={} detail={}",
        message.topic(),
        message.id(),
        message.correlationId(),
        verdict.reason(),
        verdict.detail());
    return deadLetters.add(message, verdict).map("dead-letter");
  }

  private void acknowledge(CommandTopic.Received received) {
    received
        .acknowledge()
        .get()
        .onFailure(
            cause -> LOG.info("not acknowledged, will come again topic={}", topic.name(), cause));
  }

  private void count(String outcome) {
    Counter.builder("allocation.pulsar.commands")
        .description("Command messages that were seen through, by what became of them")
        .tag("topic", topic.name())
        .tag("outcome", outcome)
        .register(metrics)
        .increment();
  }
}
