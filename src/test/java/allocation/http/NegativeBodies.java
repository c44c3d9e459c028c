package allocation.http;

import static allocation.http.ContractOperation.both;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.http.NegativeCases.Kind;
import allocation.http.Violations.Bad;
import allocation.json.BadInput;
import allocation.json.StrictJson;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** For every field of a body, and for the body as a whole, each way to be something else. */
final class NegativeBodies {
  private static final List<String> OTHER_TYPES =
      List.of(
          "text/plain",
          "text/json",
          "application/jsonp",
          "application/problem+json",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "application/json; charset=utf-16",
          "application/json, text/plain",
          "application/json/x",
          "*/*",
          "json",
          "");

  private final NegativeCases cases;
  private final JsonNode contract;

  NegativeBodies(NegativeCases cases, JsonNode contract) {
    this.cases = cases;
    this.contract = contract;
  }

  void add(ContractOperation operation) {
    operation.schema().ifPresent(schema -> addBody(operation, schema));
  }

  private void addBody(ContractOperation operation, JsonNode schema) {
    Violations.requireKnown(schema);
    ObjectNode good = operation.body().orElseThrow();
    schema
        .path("properties")
        .properties()
        .forEach(field -> addField(operation, good, field.getKey(), field.getValue()));
    for (String unknown : List.of("more", "__proto__", "constructor", "$ref", "type", "", "a.b")) {
      ObjectNode other = good.deepCopy().put(unknown, 1);
      cases.bad(operation, "body", "unknown field", operation.withBody(utf8(other)), 400, unknown);
    }
    if (schema.has("minProperties")) {
      cases.bad(operation, "body", "minProperties", operation.withBody(ascii("{}")), 400, "body");
    }
    addWholes(operation, good.toString());
    addTransfers(operation, utf8(good));
  }

  private void addField(
      ContractOperation operation, ObjectNode good, String name, JsonNode declared) {
    JsonNode schema = ContractOperation.resolved(contract, declared);
    Violations.requireKnown(schema);
    String place = "." + name;
    for (Bad bad : Violations.ofField(schema, Violations.isId(declared))) {
      ObjectNode others = good.deepCopy();
      others.remove(name);
      // Last, so that what is no JSON at all is found at this field.
      String json = open(others);
      String comma = others.isEmpty() ? "" : ",";
      byte[] body = (json + comma + "\"" + name + "\":" + bad.json() + "}").getBytes(UTF_8);
      boolean depth = bad.what().equals("too deep");
      cases.bad(operation, place, bad.what(), operation.withBody(body), 400, depth ? "body" : name);
    }
    String again = good.toString().replaceFirst("^\\{", "{\"" + name + "\":null,");
    if (good.has(name)) {
      cases.bad(operation, place, "twice", operation.withBody(again.getBytes(UTF_8)), 400, name);
    }
    if (operation.required().contains(name)) {
      ObjectNode without = good.deepCopy();
      without.remove(name);
      cases.bad(operation, place, "missing", operation.withBody(utf8(without)), 400, name);
    }
    for (String other :
        List.of(
            name + " ", name.toUpperCase(Locale.ROOT), " " + name, name + "\\u0000", "_" + name)) {
      String body = open(good) + ",\"" + other + "\":1}";
      cases.bad(
          operation,
          place,
          "almost its name",
          operation.withBody(body.getBytes(UTF_8)),
          400,
          other.replace("\\u0000", "\uFFFD"));
    }
    if (Violations.types(schema).contains("array")) {
      addLines(operation, name);
    }
  }

  /**
   * The items, which the contract lets be anything: what is wrong with one is told in its place.
   */
  private void addLines(ContractOperation operation, String name) {
    JsonNode line = contract.at("/components/schemas/NewLine");
    ObjectNode good = (ObjectNode) operation.body().orElseThrow().path(name).path(0);
    line.path("properties")
        .properties()
        .forEach(field -> {
          for (Bad bad :
              Violations.ofField(
                  ContractOperation.resolved(contract, field.getValue()),
                  Violations.isId(field.getValue()))) {
            ObjectNode others = good.deepCopy();
            others.remove(field.getKey());
            String json = open(others) + ",\"%s\":%s}".formatted(field.getKey(), bad.json());
            if (isJson(json)) {
              byte[] body = "{\"%s\":[%s]}".formatted(name, json).getBytes(UTF_8);
              cases.add(
                  operation,
                  "." + name,
                  "line: " + bad.what(),
                  operation.withBody(body),
                  Set.of(200),
                  Optional.of(name + "[0]." + field.getKey()),
                  Kind.IN_RESULTS);
            }
          }
        });
  }

  private static boolean isJson(String text) {
    try {
      StrictJson.read(text);
      return true;
    } catch (BadInput bad) {
      return false;
    }
  }

  /** The body as a whole. */
  private void addWholes(ContractOperation operation, String good) {
    byte[] bytes = good.getBytes(UTF_8);
    for (int length = 1; length < bytes.length; length++) {
      cases.bad(
          operation, "body", "cut off", operation.withBody(Arrays.copyOf(bytes, length)), 400);
    }
    for (int at = 0; at < bytes.length; at++) {
      byte[] nul = bytes.clone();
      nul[at] = 0;
      cases.bad(operation, "body", "NUL", operation.withBody(nul), 400);
      byte[] noUtf8 = bytes.clone();
      noUtf8[at] = (byte) 0xFF;
      cases.bad(operation, "body", "no UTF-8", operation.withBody(noUtf8), 400, "body");
    }
    for (String whole :
        List.of(
            " ",
            "\r\n",
            "null",
            "5",
            "\"x\"",
            "true",
            "[]",
            "[" + good + "]",
            good + good,
            good + "{}",
            good + "\u0000",
            good + ",",
            "\uFEFF" + good,
            "/**/" + good,
            good + "//",
            "[".repeat(1_001) + "]".repeat(1_001),
            "[".repeat(60_000),
            "{\"a\":".repeat(10_000))) {
      cases.bad(
          operation, "body", "as a whole", operation.withBody(whole.getBytes(UTF_8)), 400, "body");
    }
    cases.bad(operation, "body", "UTF-16", operation.withBody(good.getBytes(UTF_16)), 400, "body");
  }

  /** How the body is sent, and what it is said to be. */
  private void addTransfers(ContractOperation operation, byte[] good) {
    String path = operation.path();
    for (String type : OTHER_TYPES) {
      List<String> headers = List.of("Content-Type: " + type);
      cases.bad(operation, "body", "content type", operation.with(path, headers, good), 415);
    }
    cases.bad(operation, "body", "no content type", operation.with(path, List.of(), good), 415);
    cases.bad(
        operation,
        "body",
        "two content types",
        operation.with(path, both(ContractOperation.JSON, ContractOperation.JSON), good),
        415);
    for (String encoding : List.of("gzip", "deflate", "br", "identity, gzip", "x")) {
      List<String> headers = both(ContractOperation.JSON, List.of("Content-Encoding: " + encoding));
      cases.bad(operation, "body", "encoding", operation.with(path, headers, good), 415);
    }
    cases.bad(operation, "body", "empty", operation.withBody(new byte[0]), 400);
    cases.bad(operation, "body", "none", operation.head(path, List.of()), 400);
    cases.bad(
        operation, "body", "too long", operation.withBody(ascii(" ".repeat(64 * 1024 + 1))), 413);
    for (String length : List.of("65537", "2147483648", "9223372036854775807")) {
      List<String> headers = both(ContractOperation.JSON, List.of("Content-Length: " + length));
      cases.bad(operation, "body", "says that it is too long", operation.head(path, headers), 413);
    }
    List<String> chunked = both(ContractOperation.JSON, List.of("Transfer-Encoding: chunked"));
    cases.bad(
        operation,
        "body",
        "chunks without end",
        Buffer.buffer(operation.head(path, chunked))
            .appendString("8000\r\n" + " ".repeat(0x8000) + "\r\n")
            .appendString("8001\r\n" + " ".repeat(0x8001) + "\r\n")
            .getBytes(),
        413);
    // Whatever follows could be anything, so nothing more is said on this connection.
    cases.notForIt(
        operation,
        "body",
        "no chunks",
        Buffer.buffer(operation.head(path, chunked)).appendString("zz\r\n\r\n").getBytes());
    List<String> longer =
        both(ContractOperation.JSON, List.of("Content-Length: " + (good.length + 1)));
    cases.bad(
        operation,
        "body",
        "does not come",
        Buffer.buffer(operation.head(path, longer)).appendBytes(good).getBytes(),
        408);
  }

  /** Without its last brace, so that more can follow. */
  private static String open(ObjectNode json) {
    String text = json.toString();
    return text.substring(0, text.length() - 1);
  }

  private static byte[] utf8(JsonNode json) {
    return json.toString().getBytes(UTF_8);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
