package allocation.wire;

import allocation.bus.BusMessage;
import allocation.bus.Unreadable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Hands a {@link BusMessage} over by reference within the node, and sends it to another one as JSON
 * ({@link MessageJson}), its length in four bytes before it.
 */
public final class WireCodec implements MessageCodec<BusMessage, BusMessage> {
  // Without a version: the name is how nodes of different versions find each other's codec.
  private static final String NAME = "allocation";
  private static final int LENGTH_BYTES = 4;

  WireCodec() {}

  /** Makes the bus take every {@link BusMessage}; once per Vert.x instance. */
  public static void register(EventBus bus) {
    bus.registerCodec(new WireCodec());
    bus.codecSelector(body -> body instanceof BusMessage ? NAME : null);
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    byte[] json = MessageJson.of(message).bytes();
    buffer.appendInt(json.length).appendBytes(json);
  }

  /** Never fails: it runs inside the receiver, whose sender would wait in vain. */
  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    int room = buffer.length() - position - LENGTH_BYTES;
    int length = room < 0 ? -1 : buffer.getInt(position);
    if (length < 0 || length > room) {
      return new Unreadable("the message is cut off");
    }
    int start = position + LENGTH_BYTES;
    return MessageJson.read(buffer.getBytes(start, start + length));
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
