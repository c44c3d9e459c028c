package allocation.wire;

import allocation.json.BadInput;
import allocation.json.Fields;
import allocation.json.JsonText;
import allocation.json.StrictJson;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a client says over the TCP bridge, in the protocol of the Vert.x TCP event-bus bridge:
 * {@code {"type": "send", "address": …, "replyAddress"?, "headers"?: {"key": …}, "body": …}}.
 */
public record ClientFrame(
    Type type,
    Optional<String> address,
    Optional<String> replyAddress,
    Optional<String> key,
    Optional<Body> body) {
  /** Most characters of an address: each answer, also of a refusal, has one that a client chose. */
  public static final int MAX_ADDRESS = 200;

  /** What it wants. */
  public enum Type {
    PING("ping"),
    SEND("send"),
    PUBLISH("publish"),
    REGISTER("register"),
    UNREGISTER("unregister");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    private static Optional<Type> of(String word) {
      for (Type type : values()) {
        if (type.word.equals(word)) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * The body of a message: JSON text, which the frame holds as an object or in a string. An answer
   * has the same form.
   */
  public record Body(String json, boolean inString) {}

  /** A request whose reply, or failure, comes to {@code replyAddress}. */
  public static ClientFrame request(
      String address, String replyAddress, Optional<String> key, String json) {
    return new ClientFrame(
        Type.SEND,
        Optional.of(address),
        Optional.of(replyAddress),
        key,
        Optional.of(new Body(json, false)));
  }

  /** Wants the messages that are published there. */
  public static ClientFrame register(String address) {
    return bare(Type.REGISTER, Optional.of(address));
  }

  /** Wants them no more. */
  public static ClientFrame unregister(String address) {
    return bare(Type.UNREGISTER, Optional.of(address));
  }

  /** Is answered; shows that both are there. */
  public static ClientFrame ping() {
    return bare(Type.PING, Optional.empty());
  }

  private static ClientFrame bare(Type type, Optional<String> address) {
    return new ClientFrame(type, address, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** As it goes over the socket. */
  public Buffer framed() {
    JsonText json =
        out -> {
          out.writeStartObject();
          out.writeStringField("type", type.word);
          if (address.isPresent()) {
            out.writeStringField("address", address.get());
          }
          if (replyAddress.isPresent()) {
            out.writeStringField("replyAddress", replyAddress.get());
          }
          if (key.isPresent()) {
            out.writeObjectFieldStart("headers");
            out.writeStringField("key", key.get());
            out.writeEndObject();
          }
          if (body.isPresent()) {
            out.writeFieldName("body");
            if (body.get().inString()) {
              out.writeString(body.get().json());
            } else {
              out.writeRawValue(body.get().json());
            }
          }
          out.writeEndObject();
        };
    return FrameReader.framed(json.bytes());
  }

  /** Reads the content of a frame; throws {@link BadInput} with all that is wrong. */
  public static ClientFrame read(Buffer content) {
    Fields in = Fields.of(StrictJson.read(content.getBytes()));
    Optional<Type> type = in.text("type").flatMap(word -> known(in, word));
    Optional<String> address = address(in, "address");
    Optional<String> replyAddress = address(in, "replyAddress");
    Optional<String> key = in.has("headers") ? key(in) : Optional.empty();
    Optional<Body> body =
        in.has("body") ? in.value("body").flatMap(json -> body(in, json)) : Optional.empty();
    // What the library's own helper adds to a message.
    in.has("send");
    in.finish();
    return new ClientFrame(type.orElseThrow(), address, replyAddress, key, body);
  }

  private static Optional<Type> known(Fields in, String word) {
    Optional<Type> type = Type.of(word);
    if (type.isEmpty()) {
      in.violation("type", "must be ping, send, publish, register or unregister");
    }
    return type;
  }

  private static Optional<String> address(Fields in, String name) {
    return in.has(name)
        ? in.text(name).filter(text -> isShort(in, name, text) && isUnicode(in, name, text))
        : Optional.empty();
  }

  private static boolean isShort(Fields in, String name, String text) {
    if (text.length() <= MAX_ADDRESS) {
      return true;
    }
    in.violation(name, "must have at most %d characters".formatted(MAX_ADDRESS));
    return false;
  }

  /** Half a surrogate pair could not be written into the answer. */
  private static boolean isUnicode(Fields in, String name, String text) {
    if (StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      return true;
    }
    in.violation(name, "must be well-formed Unicode (it has a lone surrogate)");
    return false;
  }

  /** Other headers stay outside: of a client's words only the body gets in. */
  private static Optional<String> key(Fields in) {
    JsonNode headers = in.value("headers").orElseGet(MissingNode::getInstance);
    JsonNode key = headers.path("key");
    if (!headers.isObject() || !(key.isTextual() || key.isMissingNode())) {
      in.violation("headers", "must be a JSON object, with a string as key");
    }
    return Optional.of(key)
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .filter(text -> isUnicode(in, "headers", text));
  }

  private static Optional<Body> body(Fields in, JsonNode json) {
    if (json.isTextual() || json.isObject()) {
      String text = json.isTextual() ? json.textValue() : json.toString();
      return Optional.of(new Body(text, json.isTextual()))
          .filter(body -> isUnicode(in, "body", body.json()));
    }
    in.violation("body", "must be a JSON object, or a string that holds one");
    return Optional.empty();
  }
}
