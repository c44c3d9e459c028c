package allocation.bridge;

import allocation.bus.PublicAddresses;
import allocation.wire.BridgeFrame;
import allocation.wire.ClientFrame;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The clients that want the public events. The bus is listened to while there is one, and for a
 * while after the last one: who listens is told to all nodes, and a client that comes and goes must
 * not make them speak each time. What comes is made a frame once for all. Belongs to one event
 * loop.
 */
final class Subscribers {
  /** Milliseconds that it listens to no purpose. */
  static final long LINGER_MS = 10_000;

  private final Vertx vertx;
  private final Set<BridgeConnection> connections = new LinkedHashSet<>();
  private Optional<MessageConsumer<String>> consumer = Optional.empty();
  private boolean lingering;

  Subscribers(Vertx vertx) {
    this.vertx = vertx;
  }

  /** From now on; once, however often it is said. Nobody would remove one that is gone. */
  void add(BridgeConnection connection) {
    if (connection.isGone()) {
      return;
    }
    connections.add(connection);
    if (consumer.isEmpty()) {
      consumer = Optional.of(vertx.eventBus().consumer(PublicAddresses.EVENTS, this::tell));
    }
  }

  void remove(BridgeConnection connection) {
    connections.remove(connection);
    if (connections.isEmpty() && consumer.isPresent() && !lingering) {
      lingering = true;
      vertx.setTimer(LINGER_MS, over -> endUnlessWanted());
    }
  }

  private void endUnlessWanted() {
    lingering = false;
    if (connections.isEmpty()) {
      consumer.ifPresent(MessageConsumer::unregister);
      consumer = Optional.empty();
    }
  }

  private void tell(Message<String> message) {
    if (connections.isEmpty()) {
      return;
    }
    Buffer frame =
        new BridgeFrame.Message(
                PublicAddresses.EVENTS, false, new ClientFrame.Body(message.body(), false))
            .framed();
    connections.forEach(connection -> connection.tell(frame));
  }
}
