package allocation.json;

import allocation.domain.Arrival;
import allocation.domain.Ids;
import allocation.domain.Quantities;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
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
  private static final Pattern SHARD = Pattern.compile("0|[1-9][0-9]{0,8}");
  private static final String MISSING = "must be present";
  private static final String COUNT = "must be an integer from 0 on";

  private final JsonNode object;
  private final String prefix;
  private final Source source;
  private final Findings findings;
  private final Set<String> known = new HashSet<>();

  /** Whose fields they are, which says how they are read. */
  private enum Source {
    /** JSON of strangers: what is not known may be a misspelt field, so it is refused. */
    STRANGER,
    /** JSON of another version of ours: what is not known was added since, so it is let be. */
    OURS,
    /** Query parameters: a number is written as text. */
    PARAMETERS
  }

  private Fields(JsonNode object, String prefix, Source source, Findings findings) {
    this.object = object;
    this.prefix = prefix;
    this.source = source;
    this.findings = findings;
  }

  /** The fields of a JSON object; throws {@link BadInput} when it is something else. */
  public static Fields of(JsonNode json) {
    return at("", json);
  }

  /** The fields of what another version of ours wrote: those that are not known are ignored. */
  public static Fields ofOurs(JsonNode json) {
    return at("", json, Source.OURS, new Findings());
  }

  /** The same for an object inside another; {@code place} is how the caller would name it. */
  static Fields at(String place, JsonNode json) {
    return at(place, json, Source.STRANGER, new Findings());
  }

  /** The same for one of many, of which only so many violations are told one by one. */
  static Fields at(String place, JsonNode json, int mostListed) {
    return at(place, json, Source.STRANGER, new Findings(mostListed));
  }

  private static Fields at(String place, JsonNode json, Source source, Findings findings) {
    if (!json.isObject()) {
      throw new BadInput(place.isEmpty() ? StrictJson.BODY : place, "must be a JSON object");
    }
    return new Fields(json, place.isEmpty() ? "" : place + ".", source, findings);
  }

  /** Query parameters: the same rules, but a number is written as text. */
  public static Fields of(Map<String, String> parameters) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    parameters.forEach(json::put);
    return new Fields(json, "", Source.PARAMETERS, new Findings());
  }

  /** Whether it is there, be it null. */
  public boolean has(String name) {
    known.add(name);
    return object.has(name);
  }

  /** A field that must be there, whatever it is. */
  public Optional<JsonNode> value(String name) {
    JsonNode value = get(name);
    if (value == null || value.isNull()) {
      violated(name, value == null ? MISSING : "must not be null");
      return Optional.empty();
    }
    return Optional.of(value);
  }

  /** A string that must be there. */
  public Optional<String> text(String name) {
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

  /** An id, or null. */
  public <T> Optional<T> nullableId(String name, Function<String, T> make) {
    JsonNode value = get(name);
    return value != null && value.isNull() ? Optional.empty() : id(name, make);
  }

  /** Up to {@code most} characters of visible ASCII, fit for a log; may be left out. */
  public Optional<String> optionalToken(String name, int most) {
    if (absent(name)) {
      return Optional.empty();
    }
    return text(name)
        .filter(text ->
            (isVisible(text) && text.length() <= most)
                || violated(name, "must be 1 to %d visible ASCII characters".formatted(most)));
  }

  private static boolean isVisible(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7F);
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

  /** An integer that must be there. */
  public OptionalInt integer(String name, int least, int most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalInt number = source == Source.PARAMETERS ? parsed(value.get()) : number(value.get());
    if (number.isEmpty() || number.getAsInt() < least || number.getAsInt() > most) {
      violated(name, "must be an integer from %d to %d".formatted(least, most));
      return OptionalInt.empty();
    }
    return number;
  }

  /** A count or a position: a whole number from 0 on, as a {@code long}. */
  public OptionalLong count(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!isCount(value.get())) {
      violated(name, COUNT);
      return OptionalLong.empty();
    }
    return OptionalLong.of(value.get().longValue());
  }

  /** A point in time, written as {@code 2026-12-31T23:59:59Z}. */
  public Optional<Instant> instant(String name) {
    return text(name)
        .flatMap(text -> {
          try {
            return Optional.of(Instant.parse(text));
          } catch (DateTimeException e) {
            violated(name, "must be a time, e.g. 2026-12-31T23:59:59Z");
            return Optional.empty();
          }
        });
  }

  /** An object; what is wrong in it is noted here. */
  public <T> Optional<T> object(String name, Function<Fields, T> read) {
    return value(name).flatMap(json -> inner(prefix + name, json, read));
  }

  /** An array of objects, read each by itself. */
  public <T> List<T> list(String name, Function<Fields, T> read) {
    List<T> items = new ArrayList<>();
    array(name, (place, item) -> inner(place, item, read).ifPresent(items::add));
    return items;
  }

  /** An array of strings. */
  public List<String> texts(String name) {
    List<String> items = new ArrayList<>();
    array(
        name,
        (place, item) -> {
          if (item.isTextual()) {
            items.add(item.textValue());
          } else {
            findings.add(place, "must be a string");
          }
        });
    return items;
  }

  /** An array of shards. */
  public List<Integer> shards(String name) {
    List<Integer> items = new ArrayList<>();
    array(
        name,
        (place, item) -> {
          if (item.isInt() && item.intValue() >= 0) {
            items.add(item.intValue());
          } else {
            findings.add(place, "must be the number of a shard");
          }
        });
    return items;
  }

  /** Shards and their positions: {@code {"3": 41, "7": 9}}. */
  public SortedMap<Integer, Long> positions(String name) {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isObject()) {
      violated(name, "must be a JSON object");
    }
    value.stream()
        .flatMap(json -> json.properties().stream())
        .forEach(at -> {
          String place = prefix + name + "." + at.getKey();
          if (!SHARD.matcher(at.getKey()).matches()) {
            findings.add(place, "must be the number of a shard");
          } else if (!isCount(at.getValue())) {
            findings.add(place, COUNT);
          } else {
            positions.put(Integer.valueOf(at.getKey()), at.getValue().longValue());
          }
        });
    return positions;
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

  /** A field as the caller would name it. */
  public String place(String name) {
    return prefix + name;
  }

  /** Notes a violation. */
  public void violation(String name, String message) {
    violated(name, message);
  }

  /** Throws {@link BadInput} when anything was found; a stranger's unknown fields are, too. */
  public void finish() {
    Iterator<String> names = object.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (source != Source.OURS && !known.contains(name)) {
        violated(name, "is not known");
      }
    }
    findings.finish();
  }

  private <T> Optional<T> inner(String place, JsonNode json, Function<Fields, T> read) {
    return findings.attempt(() -> read.apply(at(place, json, source, new Findings())));
  }

  private void array(String name, BiConsumer<String, JsonNode> eachItem) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isArray()) {
      violated(name, "must be an array");
    } else if (value.isPresent()) {
      for (int i = 0; i < value.get().size(); i++) {
        eachItem.accept("%s%s[%d]".formatted(prefix, name, i), value.get().get(i));
      }
    }
  }

  private static boolean isCount(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0;
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
