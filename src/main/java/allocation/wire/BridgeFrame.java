package allocation.wire;

import allocation.bus.PublicFailure;
import allocation.json.BadInput;
import allocation.json.Fields;
import allocation.json.JsonText;
import allocation.json.StrictJson;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** What the TCP bridge says, in the protocol of the Vert.x TCP event-bus bridge. */
public sealed interface BridgeFrame {
  JsonMapper MAPPER = new JsonMapper();

  /**
   * A reply, or what was published: {@code {"type": "message", "address": …, "send": …, "body":
   * …}}.
   *
   * @param address the {@code replyAddress} of the request, or where it was published
   * @param isReply whether it is for this client alone
   */
  record Message(String address, boolean isReply, ClientFrame.Body body) implements BridgeFrame {}

  /**
   * {@code {"type": "err", "address"?, "failureCode", "failureType", "message"}}.
   *
   * @param address the {@code replyAddress} of the request that failed; empty when it had none
   */
  record Failure(Optional<String> address, PublicFailure failure, String message)
      implements BridgeFrame {}

  /** {@code {"type": "pong"}}. */
  record Pong() implements BridgeFrame {}

  /** As it goes over the socket. */
  default Buffer framed() {
    JsonText json =
        out -> {
          out.writeStartObject();
          switch (this) {
            case Message message -> write(out, message);
            case Failure failure -> write(out, failure);
            case Pong pong -> out.writeStringField("type", "pong");
          }
          out.writeEndObject();
        };
    return FrameReader.framed(json.bytes());
  }

  /** Reads the content of a frame; throws {@link BadInput} on what is none. */
  static BridgeFrame read(Buffer content) {
    try {
      Fields in = Fields.ofOurs(MAPPER.readTree(content.getBytes()));
      return switch (in.text("type").orElse("")) {
        case "message" -> message(in);
        case "err" -> failure(in);
        case "pong" -> new Pong();
        default -> throw new BadInput("type", "must be message, err or pong");
      };
    } catch (IOException e) {
      throw new BadInput(StrictJson.BODY, "must be JSON");
    }
  }

  private static void write(JsonGenerator out, Message message) throws IOException {
    out.writeStringField("type", "message");
    out.writeStringField("address", message.address());
    out.writeBooleanField("send", message.isReply());
    out.writeFieldName("body");
    if (message.body().inString()) {
      out.writeString(message.body().json());
    } else {
      out.writeRawValue(message.body().json());
    }
  }

  private static void write(JsonGenerator out, Failure failure) throws IOException {
    out.writeStringField("type", "err");
    if (failure.address().isPresent()) {
      out.writeStringField("address", failure.address().get());
    }
    out.writeNumberField("failureCode", failure.failure().code());
    out.writeStringField("failureType", "RECIPIENT_FAILURE");
    out.writeStringField("message", failure.message());
  }

  private static Message message(Fields in) {
    Optional<String> address = in.text("address");
    Optional<JsonNode> send = in.value("send");
    Optional<JsonNode> body = in.value("body");
    in.finish();
    JsonNode json = body.orElseThrow();
    return new Message(
        address.orElseThrow(),
        send.orElseThrow().booleanValue(),
        json.isTextual()
            ? new ClientFrame.Body(json.textValue(), true)
            : new ClientFrame.Body(json.toString(), false));
  }

  private static Failure failure(Fields in) {
    Optional<String> address = in.has("address") ? in.text("address") : Optional.empty();
    OptionalInt code = in.integer("failureCode", Integer.MIN_VALUE, Integer.MAX_VALUE);
    Optional<String> message = in.text("message");
    in.finish();
    return new Failure(address, PublicFailure.ofCode(code.orElseThrow()), message.orElseThrow());
  }
}
