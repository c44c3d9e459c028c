package allocation.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Hands a {@link BusMessage} over by reference. It has no wire form: it cannot leave the node. */
public final class LocalCodec implements MessageCodec<BusMessage, BusMessage> {
  private static final String NAME = "local";

  private LocalCodec() {}

  /** Makes the bus take every {@link BusMessage}; once per Vert.x instance. */
  public static void register(EventBus bus) {
    bus.registerCodec(new LocalCodec());
    bus.codecSelector(body -> body instanceof BusMessage ? NAME : null);
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    throw new IllegalStateException(message.getClass() + " has no wire form");
  }

  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    throw new IllegalStateException("messages have no wire form");
  }

  @Override
  public BusMessage transform(BusMessage message) {
    return message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
