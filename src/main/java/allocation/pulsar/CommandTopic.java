package allocation.pulsar;

import io.vertx.core.Future;
import java.util.function.Supplier;

/** Port: a topic from which commands are taken. What it completes, it completes on event loops. */
interface CommandTopic {
  /** The topic's short name, by which it is known in keys and metrics. */
  String name();

  /** Whether messages of different keys may overtake each other. */
  boolean isKeyed();

  /** Most messages that are taken and not yet acknowledged. */
  int mostInFlight();

  /** Subscribes; fails while the topic cannot be reached. */
  Future<Subscription> subscribe();

  /** The messages as they come. */
  interface Subscription {
    /** The next message, whenever it comes; fails once the subscription is lost or closed. */
    Future<Received> receive();

    Future<Void> close();
  }

  /**
   * A message.
   *
   * @param acknowledge says that it is done with; it may still be brought again if the topic dies
   */
  record Received(Incoming message, Supplier<Future<Void>> acknowledge) {}

  /** Port: where messages go that can never be carried out. */
  interface DeadLetterTopic {
    /** Completes when the message is stored; fails only when the verticle stops. */
    Future<Void> add(Incoming message, Verdict.Dead verdict);

    Future<Void> close();
  }
}
