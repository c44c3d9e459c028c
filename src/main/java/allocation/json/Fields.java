package allocation.json;

import allocation.domain.Arrival;
import allocation.domain.Ids;
import allocation.domain.Quantities;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one object and notes every violation. A reader whose field is bad returns
 * empty; {@link #finish} then throws, so what was read is used only after it.
 */
public final class Fields {
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final String MISSING = "must be present";

  private final JsonNode object;
  private final String prefix;
  private final boolean fromText;
  private final Findings findings;
  private final Set<String> known = new HashSet<>();

  private Fields(JsonNode object, String prefix, boolean fromText, Findings findings) {
    this.object = object;
    this.prefix = prefix;
    this.fromText = fromText;
    this.findings = findings;
  }

  /** The fields of a JSON object; throws {@link BadInput} when it is something else. */
  public static Fields of(JsonNode json) {
    return at("", json);
  }

  /** The same for an object inside another; {@code place} is how the caller would name it. */
  static Fields at(String place, JsonNode json) {
    if (!json.isObject()) {
      throw new BadInput(place.isEmpty() ? StrictJson.BODY : place, "must be a JSON object");
    }
    return new Fields(json, place.isEmpty() ? "" : place + ".", false, new Findings());
  }

  /** Query parameters: the same rules, but a number is written as text. */
  public static Fields of(Map<String, String> parameters) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    parameters.forEach(json::put);
    return new Fields(json, "", true, new Findings());
  }

  boolean has(String name) {
    return object.has(name);
  }

  /** A field that must be there, whatever it is. */
  Optional<JsonNode> value(String name) {
    JsonNode value = get(name);
    if (value == null || value.isNull()) {
      violated(name, value == null ? MISSING : "must not be null");
      return Optional.empty();
    }
    return Optional.of(value);
  }

  Optional<String> text(String name) {
    return value(name)
        .filter(value -> value.isTextual() || violated(name, "must be a string"))
        .map(JsonNode::textValue);
  }

  /** An id; {@code make} is given only what is one. */
  public <T> Optional<T> id(String name, Function<String, T> make) {
    return text(name)
        .filter(id -> Ids.fault(id).map(fault -> violated(name, fault)).orElse(true))
        .map(make);
  }

  /** An id that may be left out. */
  public <T> Optional<T> optionalId(String name, Function<String, T> make) {
    return absent(name) ? Optional.empty() : id(name, make);
  }

  /** A quantity from {@code least} on, in stock-keeping units. */
  OptionalInt quantity(String name, int least) {
    return integer(name, least, Quantities.MAX);
  }

  /** A quantity that may be left out; null is a violation. */
  OptionalInt optionalQuantity(String name, int least) {
    return absent(name) ? OptionalInt.empty() : quantity(name, least);
  }

  /** An integer that may be left out. */
  public OptionalInt optionalInteger(String name, int least, int most) {
    return absent(name) ? OptionalInt.empty() : integer(name, least, most);
  }

  /** In stock when the date is null or left out. */
  Arrival arrival(String name) {
    return changedArrival(name).orElse(Arrival.inStock());
  }

  /** Empty when left out; null says that the batch is here. */
  Optional<Arrival> changedArrival(String name) {
    if (absent(name)) {
      return Optional.empty();
    }
    JsonNode value = get(name);
    if (value == null || value.isNull()) {
      return Optional.of(Arrival.inStock());
    }
    return text(name).flatMap(text -> date(name, text)).map(Arrival::due);
  }

  /** Notes a violation. */
  void violation(String name, String message) {
    violated(name, message);
  }

  /** Throws {@link BadInput} when anything was found; fields that nobody asked for are, too. */
  public void finish() {
    Iterator<String> names = object.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!known.contains(name)) {
        violated(name, "is not known");
      }
    }
    findings.finish();
  }

  private OptionalInt integer(String name, int least, int most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalInt number = fromText ? parsed(value.get()) : number(value.get());
    if (number.isEmpty() || number.getAsInt() < least || number.getAsInt() > most) {
      violated(name, "must be an integer from %d to %d".formatted(least, most));
      return OptionalInt.empty();
    }
    return number;
  }

  private static OptionalInt number(JsonNode value) {
    // 1.0 and 1e2 are no integers here: a client that sends them computes with floats.
    return value.isIntegralNumber() && value.canConvertToInt()
        ? OptionalInt.of(value.intValue())
        : OptionalInt.empty();
  }

  private static OptionalInt parsed(JsonNode value) {
    String text = value.textValue();
    if (!INTEGER.matcher(text).matches()) {
      return OptionalInt.empty();
    }
    long number = Long.parseLong(text);
    return number == (int) number ? OptionalInt.of((int) number) : OptionalInt.empty();
  }

  private Optional<LocalDate> date(String name, String text) {
    if (DATE.matcher(text).matches() && !text.startsWith("0000")) {
      try {
        return Optional.of(LocalDate.parse(text));
      } catch (DateTimeException e) {
        violated(name, "must be a day of the calendar, e.g. 2026-12-31");
        return Optional.empty();
      }
    }
    violated(name, "must be a date, written yyyy-mm-dd");
    return Optional.empty();
  }

  private boolean absent(String name) {
    known.add(name);
    return !object.has(name);
  }

  private @Nullable JsonNode get(String name) {
    known.add(name);
    return object.get(name);
  }

  /** Always false, so that it can end a filter. */
  private boolean violated(String name, String message) {
    findings.add(prefix + name, message);
    return false;
  }
}
