package allocation.wire;

import allocation.bus.BusMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The wire form as a later version may have it: a higher {@code v}, and in every object fields that
 * this version does not know.
 */
public final class NextVersionCodec implements MessageCodec<BusMessage, BusMessage> {
  private final WireCodec today = new WireCodec();

  private NextVersionCodec() {}

  /** As {@link WireCodec#register}. */
  public static void register(EventBus bus) {
    NextVersionCodec codec = new NextVersionCodec();
    bus.registerCodec(codec);
    bus.codecSelector(body -> body instanceof BusMessage ? codec.name() : null);
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    JsonObject json = new JsonObject(Buffer.buffer(MessageJson.of(message).bytes()));
    grow(json);
    byte[] bytes = json.put("v", MessageJson.VERSION + 1).toBuffer().getBytes();
    buffer.appendInt(bytes.length).appendBytes(bytes);
  }

  private static void grow(Object value) {
    if (value instanceof JsonObject object) {
      object.copy().fieldNames().forEach(name -> grow(object.getValue(name)));
      // Positions by shard are a map: its names are data.
      if (object.fieldNames().stream().noneMatch(name -> name.matches("[0-9]+"))) {
        object.put("ofNextYear", new JsonObject().put("unheardOf", true));
      }
    } else if (value instanceof JsonArray array) {
      array.forEach(NextVersionCodec::grow);
    }
  }

  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    return today.decodeFromWire(position, buffer);
  }

  @Override
  public BusMessage transform(BusMessage message) {
    return message;
  }

  @Override
  public String name() {
    return today.name();
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
