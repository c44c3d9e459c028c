package allocation.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Values that a schema does not allow: for each of its keywords, and just past each bound. */
final class Violations {
  /** What is understood here; another keyword would have no cases, so it fails. */
  private static final Set<String> KEYWORDS =
      Set.of(
          "type",
          "minimum",
          "maximum",
          "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "minProperties",
          "pattern",
          "format",
          "enum",
          "properties",
          "required",
          "additionalProperties",
          "default",
          "description",
          "examples");

  private static final String ASTRAL = "\uD83E\uDE91";

  private static final List<String> NO_DATES =
      List.of(
          "",
          "today",
          "2026-02-30",
          "2026-13-01",
          "2026-00-10",
          "2026-1-1",
          "20260101",
          "2026-01-01T00:00:00Z",
          " 2026-01-01",
          "2026-01-01 ",
          "-2026-01-01",
          "+12026-01-01",
          "0000-01-01",
          "2026/01/01",
          "2026-W01-1",
          "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661");

  /** The contract's words on ids, which no keyword says. */
  private static final List<String> NO_IDS =
      List.of(
          ".",
          "..",
          "\u0000",
          "a\u0000",
          "a\nb",
          "a\r\nb",
          "\t",
          "\u001b[0m",
          "\u007f",
          "a\u0085b");

  private static final List<String> NO_MATCH =
      List.of(
          "a b",
          " ",
          "x",
          "\t",
          "3",
          "3:",
          ":41",
          "3:41,",
          ",3:41",
          "3:41;7:9",
          "-3:41",
          "3:-1",
          "3:41:7",
          "0x3:41",
          "3 : 41",
          "3:41,,7:9",
          "3:4.1",
          "3:41 7:9");

  private Violations() {}

  /** One value that is not allowed, as text that stands for itself, and as JSON. */
  record Bad(String what, String text, String json) {
    private static Bad string(String what, String text) {
      return new Bad(what, text, JsonNodeFactory.instance.textNode(text).toString());
    }

    private static Bad json(String what, String json) {
      return new Bad(what, json, json);
    }
  }

  /** Fails when there is something in the schema that has no cases. */
  static void requireKnown(JsonNode schema) {
    schema
        .fieldNames()
        .forEachRemaining(keyword -> {
          if (!KEYWORDS.contains(keyword)) {
            throw new AssertionError("no cases are made for '" + keyword + "' in " + schema);
          }
        });
  }

  /** Of a field in a body: also values of another type. */
  static List<Bad> ofField(JsonNode schema, boolean isId) {
    Set<String> types = types(schema);
    Map<String, List<String>> others = new LinkedHashMap<>();
    others.put("string", List.of("\"\"", "\"5\"", "\"true\"", "\"[]\""));
    others.put("integer", List.of("0", "5", "-1", "2147483648"));
    others.put("number", List.of("5.0", "5.5", "5e0", "1e400", "-1e-400", "1e2147483648"));
    others.put("boolean", List.of("true", "false"));
    others.put("array", List.of("[]", "[5]", "[\"a\"]", "[null]"));
    others.put("object", List.of("{}", "{\"a\":1}", "{\"a\":{\"a\":{}}}"));
    others.put("null", List.of("null"));
    others.put(
        "no JSON",
        List.of("NaN", "Infinity", "-", "+5", "05", "0x5", ".5", "5.", "'x'", "undefined", "True"));
    List<Bad> all = new ArrayList<>();
    others.forEach((type, values) -> {
      if (!types.contains(type)) {
        values.forEach(value -> all.add(Bad.json("type", value)));
      }
    });
    all.addAll(ofText(schema, isId));
    if (types.contains("string")) {
      all.add(Bad.json("control character as it is", "\"a\u0001b\""));
      all.add(Bad.json("no escape", "\"\\x41\""));
      all.add(Bad.json("half a character", "\"\\ud800\""));
      all.add(Bad.json("halves in the wrong order", "\"\\ude91\\ud83e\""));
    }
    if (types.contains("array")) {
      all.add(Bad.json("minItems", "[]"));
      int tooMany = schema.path("maxItems").asInt() + 1;
      all.add(Bad.json("maxItems", "[" + "1,".repeat(tooMany - 1) + "1]"));
    }
    all.add(Bad.json("too deep", "[".repeat(1_100) + "]".repeat(1_100)));
    return all;
  }

  /** Of what is text in any case: in a path, a query or a header. */
  static List<Bad> ofText(JsonNode schema, boolean isId) {
    List<Bad> all = new ArrayList<>();
    if (schema.has("minimum")) {
      long least = schema.path("minimum").asLong();
      all.add(Bad.json("minimum", String.valueOf(least - 1)));
      all.add(Bad.json("minimum", String.valueOf(Integer.MIN_VALUE)));
      all.add(Bad.json("minimum", String.valueOf(Long.MIN_VALUE)));
    }
    if (schema.has("maximum")) {
      long most = schema.path("maximum").asLong();
      for (String over :
          List.of(
              String.valueOf(most + 1),
              "2147483648",
              // These would be small again if they were cut to 32 or 64 bits.
              "4294967301",
              "18446744073709551621",
              "1" + "0".repeat(500),
              "9".repeat(2_000))) {
        all.add(Bad.json("maximum", over));
      }
    }
    if (schema.path("minLength").asInt() > 0) {
      all.add(Bad.string("minLength", "x".repeat(schema.path("minLength").asInt() - 1)));
    }
    if (schema.has("maxLength")) {
      int over = schema.path("maxLength").asInt() + 1;
      all.add(Bad.string("maxLength", "x".repeat(over)));
      all.add(Bad.string("maxLength", "\u00fc".repeat(over)));
      all.add(Bad.string("maxLength", ASTRAL.repeat(over)));
      all.add(Bad.string("maxLength", "x".repeat(3_000)));
    }
    if (schema.has("pattern")) {
      Pattern pattern = Pattern.compile(schema.path("pattern").asText());
      NO_MATCH.stream()
          .filter(text -> !pattern.matcher(text).find())
          .forEach(text -> all.add(Bad.string("pattern", text)));
    }
    if (schema.path("format").asText().equals("date")) {
      NO_DATES.forEach(text -> all.add(Bad.string("format", noDate(text))));
    }
    if (schema.has("enum")) {
      all.add(Bad.string("enum", "none-of-them"));
    }
    if (isId) {
      NO_IDS.forEach(text -> all.add(Bad.string("id", text)));
    }
    return all;
  }

  /** Words that are no number, for where a number is written as text. */
  static List<Bad> noIntegers() {
    List<Bad> all = new ArrayList<>();
    for (String text :
        List.of("", " ", "five", "5.0", "5e0", "0x5", "+5", " 5", "5 ", "05", "5,5", "\u0665")) {
      all.add(Bad.string("type", text));
    }
    return all;
  }

  static Set<String> types(JsonNode schema) {
    JsonNode type = schema.path("type");
    List<String> types = new ArrayList<>();
    if (type.isArray()) {
      type.forEach(each -> types.add(each.asText()));
    } else {
      types.add(type.asText());
    }
    return Set.copyOf(types);
  }

  private static String noDate(String text) {
    try {
      if (text.length() == 10 && !text.startsWith("0000")) {
        LocalDate.parse(text);
        throw new AssertionError("is a date: " + text);
      }
    } catch (DateTimeParseException asItShall) {
      return text;
    }
    return text;
  }

  /** Whether the contract declares it an id. */
  static boolean isId(JsonNode declared) {
    return declared.path("$ref").asText().endsWith("/Id");
  }
}
