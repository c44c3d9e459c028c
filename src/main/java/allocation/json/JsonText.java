package allocation.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Something that can be written as one JSON value. */
@FunctionalInterface
public interface JsonText {
  /** Shared: a factory is thread-safe, and keeps its buffers. */
  JsonFactory FACTORY = new JsonFactory();

  /** Writes exactly one value. */
  void write(JsonGenerator out) throws IOException;

  /** The value as UTF-8. */
  default byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("a ByteArrayOutputStream does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** A JSON string. */
  static JsonText string(String value) {
    return out -> out.writeString(value);
  }

  /** An object with one member. */
  static JsonText object(String name, String value) {
    return out -> {
      out.writeStartObject();
      out.writeStringField(name, value);
      out.writeEndObject();
    };
  }

  /** A JSON array. */
  static JsonText array(List<JsonText> items) {
    return out -> {
      out.writeStartArray();
      for (JsonText item : items) {
        item.write(out);
      }
      out.writeEndArray();
    };
  }

  /** An object whose one member is an array. */
  static JsonText object(String name, List<JsonText> items) {
    return out -> {
      out.writeStartObject();
      out.writeFieldName(name);
      array(items).write(out);
      out.writeEndObject();
    };
  }
}
