package allocation.bridge;

import allocation.bus.PublicAddresses;
import allocation.wire.BridgeFrame;
import allocation.wire.ClientFrame;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The clients that want the public events. The bus is listened to while there is one, and what
 * comes is made a frame once for all. Belongs to one event loop.
 */
final class Subscribers {
  private final EventBus bus;
  private final Set<BridgeConnection> connections = new LinkedHashSet<>();
  private Optional<MessageConsumer<String>> consumer = Optional.empty();

  Subscribers(EventBus bus) {
    this.bus = bus;
  }

  /** From now on; once, however often it is said. Nobody would remove one that is gone. */
  void add(BridgeConnection connection) {
    if (connection.isGone()) {
      return;
    }
    connections.add(connection);
    if (consumer.isEmpty()) {
      consumer = Optional.of(bus.consumer(PublicAddresses.EVENTS, this::tell));
    }
  }

  void remove(BridgeConnection connection) {
    connections.remove(connection);
    if (connections.isEmpty()) {
      consumer.ifPresent(MessageConsumer::unregister);
      consumer = Optional.empty();
    }
  }

  private void tell(Message<String> message) {
    Buffer frame =
        new BridgeFrame.Message(
                PublicAddresses.EVENTS, false, new ClientFrame.Body(message.body(), false))
            .framed();
    connections.forEach(connection -> connection.tell(frame));
  }
}
