package allocation.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON from strangers to the letter of RFC 8259: UTF-8 only, each key once, no comments,
 * nothing after the value, at most {@link #MAX_DEPTH} levels.
 */
public final class StrictJson {
  /** Deepest nesting of arrays and objects. */
  public static final int MAX_DEPTH = 1_000;

  /** What a violation that concerns no field is filed under. */
  public static final String BODY = "body";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names are a stranger's choice: a table of them that all readers share can be spoiled
          // by names that are made to collide, and keeps them all.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();
  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY).nodeFactory(new FiniteNumbers()).build();

  /** Makes no number out of 1e400: as infinity it would be written as a string again. */
  private static final class FiniteNumbers extends JsonNodeFactory {
    private static final long serialVersionUID = 1L;

    @Override
    public NumericNode numberNode(double number) {
      if (Double.isInfinite(number)) {
        throw new NumberFormatException("infinite");
      }
      return super.numberNode(number);
    }
  }

  private StrictJson() {}

  /** The one JSON value in {@code bytes}; throws {@link BadInput}. */
  public static JsonNode read(byte[] bytes) {
    // Decoded here: Jackson would guess UTF-16 and accept overlong forms.
    return read(utf8(bytes));
  }

  /** The same of what is text already. */
  public static JsonNode read(String text) {
    if (text.isBlank()) {
      throw new BadInput(BODY, "must not be empty");
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      return read(parser);
    } catch (IOException e) {
      throw new UncheckedIOException("a String does not fail", e);
    }
  }

  private static JsonNode read(JsonParser parser) throws IOException {
    try {
      JsonNode root = MAPPER.readTree(parser);
      if (parser.nextToken() != null) {
        throw new BadInput(BODY, "must end after the JSON value");
      }
      return root;
    } catch (StreamConstraintsException e) {
      if (parser.getParsingContext().getNestingDepth() >= MAX_DEPTH) {
        throw new BadInput(BODY, "must not be nested deeper than " + MAX_DEPTH + " levels");
      }
      throw new BadInput(place(parser), "is too long");
    } catch (JsonProcessingException e) {
      throw new BadInput(place(parser), fault(e));
    } catch (NumberFormatException e) {
      throw new BadInput(place(parser), "must not be so large a number");
    }
  }

  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadInput(BODY, "must be UTF-8");
    }
  }

  private static String fault(JsonProcessingException e) {
    if (e.getOriginalMessage().startsWith("Duplicate field")) {
      return "must not appear twice";
    }
    return e.getLocation() == null
        ? "must be well-formed JSON"
        : "must be well-formed JSON; it is not at line %d, column %d"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }

  private static String place(JsonParser parser) {
    StringBuilder place = new StringBuilder();
    place(parser.getParsingContext(), place);
    return place.isEmpty() ? BODY : place.toString();
  }

  private static void place(JsonStreamContext at, StringBuilder place) {
    JsonStreamContext parent = at.getParent();
    if (parent != null) {
      place(parent, place);
    }
    if (at.inArray() && at.hasCurrentIndex()) {
      place.append('[').append(at.getCurrentIndex()).append(']');
    } else if (at.inObject() && at.hasCurrentName()) {
      place.append(place.isEmpty() ? "" : ".").append(at.getCurrentName());
    }
  }
}
