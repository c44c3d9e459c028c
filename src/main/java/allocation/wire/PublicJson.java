package allocation.wire;

import allocation.json.BadInput;
import allocation.json.Fields;
import allocation.json.JsonText;
import allocation.json.StrictJson;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * What all bodies at the public addresses have in common: an object that says its version. A
 * request is read to the letter; what we say is read by whoever wrote it against an older or newer
 * version.
 */
final class PublicJson {
  private static final int VERSION = 1;
  private static final JsonMapper MAPPER = new JsonMapper();

  private PublicJson() {}

  static String text(JsonText members) {
    JsonText whole =
        out -> {
          out.writeStartObject();
          out.writeNumberField("v", VERSION);
          members.write(out);
          out.writeEndObject();
        };
    return new String(whole.bytes(), StandardCharsets.UTF_8);
  }

  /** Reads a stranger's request; throws {@link BadInput} with all that is wrong. */
  static <T> T request(String text, Function<Fields, T> read) {
    Fields in = Fields.of(StrictJson.read(text));
    in.integer("v", VERSION, VERSION);
    return read.apply(in);
  }

  /** Reads what the service says; fields that are not known are ignored. */
  static <T> T told(String text, Function<Fields, T> read) {
    try {
      Fields in = Fields.ofOurs(MAPPER.readTree(text));
      in.integer("v", VERSION, Integer.MAX_VALUE);
      return read.apply(in);
    } catch (JsonProcessingException e) {
      throw new BadInput(StrictJson.BODY, "must be JSON");
    }
  }
}
