package allocation.http;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Bad requests, made from good ones: every bad value of every field of every body. */
final class BadBodies {
  private static final List<String> BAD_IDS =
      List.of(
          "null",
          "1",
          "1.5",
          "true",
          "[]",
          "{}",
          "\"\"",
          "\".\"",
          "\"..\"",
          "\"" + "x".repeat(101) + "\"",
          "\"" + "\uD83E\uDE91".repeat(101) + "\"",
          "\"a\\u0000\"",
          "\"a\\nb\"",
          "\"a\\u0085b\"",
          "\"\\ud800\"",
          "\"\\ude91\\ud83e\"");
  private static final List<String> BAD_QUANTITIES =
      List.of(
          "null",
          "\"5\"",
          "\"\"",
          "true",
          "[]",
          "{}",
          "5.0",
          "5.5",
          "5e0",
          "1e400",
          "-1",
          "1000000001",
          "2147483647",
          "2147483648",
          "4294967301",
          "9223372036854775808",
          "1" + "0".repeat(500),
          "1" + "0".repeat(2_000));
  private static final List<String> BAD_DATES =
      List.of(
          "5",
          "true",
          "[]",
          "{}",
          "\"\"",
          "\"2026-02-30\"",
          "\"2026-13-01\"",
          "\"2025-02-29\"",
          "\"2026-1-1\"",
          "\"20260101\"",
          "\"2026-01-01T00:00:00Z\"",
          "\" 2026-01-01\"",
          "\"0000-01-01\"",
          "\"-0001-01-01\"",
          "\"+10000-01-01\"",
          "\"10000-01-01\"",
          "\"today\"",
          "\"\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661\"");

  /** How a body is made, with good values. */
  record Shape(String method, String target, Map<String, String> good, List<String> optional) {
    static Shape of(
        String method, String target, List<String> optional, List<Map.Entry<String, String>> good) {
      Map<String, String> fields = new LinkedHashMap<>();
      good.forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
      return new Shape(method, target, fields, optional);
    }

    String bodyWith(String field, String value) {
      Map<String, String> fields = new LinkedHashMap<>(good);
      fields.put(field, value);
      return body(fields);
    }

    String bodyWithout(String field) {
      Map<String, String> fields = new LinkedHashMap<>(good);
      fields.remove(field);
      return body(fields);
    }

    String body() {
      return body(good);
    }

    private static String body(Map<String, String> fields) {
      List<String> members = new ArrayList<>();
      fields.forEach((name, value) -> members.add("\"" + name + "\":" + value));
      return "{" + String.join(",", members) + "}";
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          Shape.of(
              "POST",
              "/v1/batches",
              List.of("eta"),
              List.of(
                  Map.entry("ref", "\"b1\""),
                  Map.entry("sku", "\"s\""),
                  Map.entry("quantity", "5"),
                  Map.entry("eta", "\"2026-12-31\""))),
          Shape.of(
              "PATCH",
              "/v1/batches/b1",
              List.of("quantity", "eta"),
              List.of(Map.entry("quantity", "5"), Map.entry("eta", "\"2026-12-31\""))),
          Shape.of(
              "POST",
              "/v1/allocations",
              List.of(),
              List.of(
                  Map.entry("orderId", "\"o1\""),
                  Map.entry("sku", "\"s\""),
                  Map.entry("quantity", "5"))),
          Shape.of(
              "POST",
              "/add_batch",
              List.of("eta"),
              List.of(
                  Map.entry("ref", "\"b1\""),
                  Map.entry("sku", "\"s\""),
                  Map.entry("qty", "5"),
                  Map.entry("eta", "\"2026-12-31\""))),
          Shape.of(
              "POST",
              "/allocate",
              List.of(),
              List.of(
                  Map.entry("orderid", "\"o1\""),
                  Map.entry("sku", "\"s\""),
                  Map.entry("qty", "5"))));

  /** One bad request and the field that its problem has to name. */
  record Case(String method, String target, Buffer body, String field) {
    static Case of(Shape shape, String body, String field) {
      return new Case(shape.method(), shape.target(), Buffer.buffer(body), field);
    }

    @Override
    public String toString() {
      String text = body.toString(StandardCharsets.UTF_8);
      return "%s %s %s".formatted(method, target, text.substring(0, Math.min(80, text.length())));
    }
  }

  static Stream<Case> badFields() {
    return SHAPES.stream().flatMap(BadBodies::badFields);
  }

  private static Stream<Case> badFields(Shape shape) {
    List<Case> cases = new ArrayList<>();
    for (String field : shape.good().keySet()) {
      for (String value : badValues(shape, field)) {
        cases.add(Case.of(shape, shape.bodyWith(field, value), field));
      }
      if (!shape.optional().contains(field)) {
        cases.add(Case.of(shape, shape.bodyWithout(field), field));
      }
      String twice = shape.body().replaceFirst("}$", ",\"" + field + "\":5}");
      cases.add(Case.of(shape, twice, field));
      cases.add(Case.of(shape, shape.bodyWith(field, "\"a\u0001\""), field));
      cases.add(Case.of(shape, shape.bodyWith(field, "NaN"), field));
      cases.add(Case.of(shape, shape.bodyWith(field, "+5"), field));
      cases.add(Case.of(shape, shape.bodyWith(field, "05"), field));
      cases.add(Case.of(shape, shape.bodyWith(field, "'x'"), field));
    }
    cases.add(Case.of(shape, shape.bodyWith("more", "1"), "more"));
    cases.add(Case.of(shape, shape.bodyWith("Quantity", "1"), "Quantity"));
    cases.add(Case.of(shape, shape.bodyWith("\\ud800", "1"), "\uFFFD"));
    return cases.stream();
  }

  private static List<String> badValues(Shape shape, String field) {
    return switch (field) {
      case "quantity", "qty" -> {
        List<String> values = new ArrayList<>(BAD_QUANTITIES);
        if (!shape.method().equals("PATCH")) {
          values.add("0");
        }
        yield values;
      }
      case "eta" -> BAD_DATES;
      default -> BAD_IDS;
    };
  }

  static Stream<Case> badBodies() {
    return SHAPES.stream().flatMap(BadBodies::badBodies);
  }

  private static Stream<Case> badBodies(Shape shape) {
    String good = shape.body();
    List<String> texts =
        List.of(
            " ",
            "null",
            "5",
            "\"x\"",
            "[]",
            "[" + good + "]",
            "/* a comment */" + good,
            good + "// a comment",
            good + " trailing",
            good + "{}",
            good + "\u0000",
            "\uFEFF" + good,
            "[".repeat(1_001) + "]".repeat(1_001),
            shape.bodyWith("deep", "[".repeat(1_001) + "]".repeat(1_001)),
            "{\"a\":".repeat(1_001) + "1" + "}".repeat(1_001));
    List<Case> cases = new ArrayList<>();
    texts.forEach(text -> cases.add(Case.of(shape, text, "body")));
    cases.add(raw(shape, good.getBytes(StandardCharsets.UTF_16)));
    cases.add(raw(shape, good.getBytes(StandardCharsets.UTF_16BE)));
    for (int[] malformed :
        List.of(
            new int[] {0xFF},
            new int[] {0x80},
            new int[] {0xC1, 0xA1},
            new int[] {0xE2, 0x82},
            new int[] {0xED, 0xA0, 0x80},
            new int[] {0xF5, 0x80, 0x80, 0x80})) {
      cases.add(raw(shape, spliced(good, malformed)));
    }
    if (shape.method().equals("PATCH")) {
      cases.add(Case.of(shape, "{}", "body"));
    }
    return cases.stream();
  }

  private static Case raw(Shape shape, byte[] body) {
    return new Case(shape.method(), shape.target(), Buffer.buffer(body), "body");
  }

  /** The good body with bytes put into its first string. */
  private static byte[] spliced(String good, int... bytes) {
    String text = good.startsWith("{\"quantity") ? "{\"eta\":\"\"}" : good;
    int at = text.indexOf(":\"") + 2;
    Buffer whole = Buffer.buffer(text.substring(0, at));
    for (int b : bytes) {
      whole.appendByte((byte) b);
    }
    return whole.appendString(text.substring(at)).getBytes();
  }

  private BadBodies() {}
}
