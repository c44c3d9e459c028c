package allocation.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.http.Violations.Bad;
import allocation.json.BadInput;
import allocation.json.StrictJson;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Bad requests, made out of the contract: for every operation, for every parameter and every field
 * of a body, each way in which it can be something else than what the contract says.
 */
final class NegativeCases {
  /** What stands in a path or header of a request that is good. */
  private static final Map<String, String> GOOD =
      Map.of(
          "ref", "batch-001",
          "orderId", "order-7",
          "orderid", "order-7",
          "sku", "SMALL-TABLE",
          "asset", "docs.js",
          "after", "A",
          "limit", "10",
          "qty", "2",
          "eta", "2026-12-31");

  private static final List<String> JSON = List.of("Content-Type: application/json");

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

  /** What is put into a path at every place: it stands for something else, or for nothing. */
  private static final List<String> INTO_PATHS =
      List.of("%00", "%0D%0A", "%2F", "%2f%2e%2e%2f", "%5C", "%25", "//", "/./", "/../", ";x=");

  private final JsonNode contract;
  private final List<Target> targets;
  private final List<Case> cases = new ArrayList<>();

  /** How it is answered. */
  enum Kind {
    /** By the operation, as it says. */
    REFUSED,
    /** By nobody: it is no HTTP, or for no operation. */
    NOT_FOR_IT,
    /** As what it is: a good request, of what is not there. */
    NOT_THERE,
    /** Inside the results of a request that is taken as a whole. */
    IN_RESULTS
  }

  /**
   * One bad request.
   *
   * @param place what of it is bad: a parameter, a field, {@code body} or {@code request}
   * @param what in which way
   * @param statuses one of which it is answered with; none where the connection is closed instead
   * @param field that the answer has to name; empty where it is about the whole
   */
  record Case(
      Target target,
      String place,
      String what,
      Buffer request,
      Set<Integer> statuses,
      Optional<String> field,
      Kind kind) {
    @Override
    public String toString() {
      String text = request.toString("ISO-8859-1").replace("\r\n", "|");
      return "%s: %s: %s: %s"
          .formatted(target.id(), place, what, text.substring(0, Math.min(300, text.length())));
    }
  }

  /** An operation, with a request that it takes. */
  record Target(
      String method,
      String template,
      JsonNode operation,
      List<JsonNode> parameters,
      Optional<JsonNode> schema,
      Optional<ObjectNode> body) {
    String id() {
      return operation.path("operationId").asText();
    }

    boolean isOriginal() {
      return operation.path("tags").path(0).asText().equals("Original");
    }

    String path() {
      return pathWith("", "");
    }

    /** The path with one of its parameters as it is given, and good ones for the others. */
    String pathWith(String name, String raw) {
      String path = template;
      for (JsonNode parameter : parameters) {
        if (parameter.path("in").asText().equals("path")) {
          String each = parameter.path("name").asText();
          path = path.replace("{" + each + "}", each.equals(name) ? raw : good(each));
        }
      }
      return path;
    }

    byte[] request() {
      return body.map(json -> withBody(json.toString().getBytes(UTF_8)))
          .orElseGet(() -> at(path(), List.of()));
    }

    byte[] at(String path, List<String> headers) {
      byte[] json = body.map(good -> good.toString().getBytes(UTF_8)).orElse(new byte[0]);
      return body.isPresent() ? with(path, both(JSON, headers), json) : head(path, headers);
    }

    byte[] head(String path, List<String> headers) {
      return RawClient.head(method, path, headers.toArray(String[]::new)).getBytes(ISO_8859_1);
    }

    byte[] withBody(byte[] bytes) {
      return with(path(), JSON, bytes);
    }

    byte[] with(String path, List<String> headers, byte[] bytes) {
      return Buffer.buffer(head(path, both(headers, List.of("Content-Length: " + bytes.length))))
          .appendBytes(bytes)
          .getBytes();
    }
  }

  private NegativeCases(JsonNode contract) {
    this.contract = contract;
    this.targets = targets();
  }

  static List<Case> of(JsonNode contract) {
    NegativeCases made = new NegativeCases(contract);
    made.targets.forEach(made::add);
    return List.copyOf(made.cases);
  }

  /** Every operation of the contract, in its order. */
  static List<Target> targets(JsonNode contract) {
    return new NegativeCases(contract).targets;
  }

  /** Everything in the contract that could be wrong in a request to this operation. */
  static Set<String> places(Target target) {
    Set<String> places = new LinkedHashSet<>(Set.of("request"));
    target.parameters().forEach(parameter -> places.add(place(parameter)));
    target
        .schema()
        .ifPresent(schema -> {
          places.add("body");
          schema.path("properties").fieldNames().forEachRemaining(name -> places.add("." + name));
        });
    return places;
  }

  private List<Target> targets() {
    List<Target> all = new ArrayList<>();
    contract
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue().properties().stream()
                .filter(member -> !member.getKey().equals("parameters"))
                .forEach(operation ->
                    all.add(
                        target(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            path.getValue(),
                            operation.getValue()))));
    return all;
  }

  private Target target(String method, String template, JsonNode path, JsonNode operation) {
    List<JsonNode> parameters = new ArrayList<>();
    path.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
    operation.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
    JsonNode json = operation.path("requestBody").path("content").path("application/json");
    if (json.isMissingNode()) {
      return new Target(
          method, template, operation, parameters, Optional.empty(), Optional.empty());
    }
    JsonNode example =
        json.has("example")
            ? json.path("example")
            : json.path("examples").path("cut").path("value");
    return new Target(
        method,
        template,
        operation,
        parameters,
        Optional.of(resolved(json.path("schema"))),
        Optional.of((ObjectNode) example));
  }

  private JsonNode resolved(JsonNode node) {
    JsonNode ref = node.get("$ref");
    return ref == null ? node : contract.at(ref.asText().substring(1));
  }

  private static boolean isId(JsonNode schema) {
    return schema.path("$ref").asText().endsWith("/Id");
  }

  private static String place(JsonNode parameter) {
    return parameter.path("in").asText() + " " + parameter.path("name").asText();
  }

  private static String good(String name) {
    String value = GOOD.get(name);
    if (value == null) {
      throw new AssertionError("the contract has a parameter that is new here: " + name);
    }
    return value;
  }

  private static List<String> both(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private void add(Target target) {
    addRequests(target);
    for (JsonNode parameter : target.parameters()) {
      JsonNode schema = resolved(parameter.path("schema"));
      Violations.requireKnown(schema);
      switch (parameter.path("in").asText()) {
        case "path" -> addPath(target, parameter, schema);
        case "query" -> addQuery(target, parameter, schema);
        case "header" -> addHeader(target, parameter, schema);
        default -> throw new AssertionError("no cases are made for " + parameter);
      }
    }
    target.schema().ifPresent(schema -> addBody(target, schema));
  }

  private void bad(
      Target target, String place, String what, byte[] request, int status, String... field) {
    cases.add(
        new Case(
            target,
            place,
            what,
            Buffer.buffer(request),
            Set.of(status),
            Arrays.stream(field).findFirst(),
            Kind.REFUSED));
  }

  private void notForIt(Target target, String place, String what, byte[] request, Integer... any) {
    cases.add(
        new Case(
            target,
            place,
            what,
            Buffer.buffer(request),
            Set.of(any),
            Optional.empty(),
            Kind.NOT_FOR_IT));
  }

  /** The request line, and headers that every operation may be sent. */
  private void addRequests(Target target) {
    for (String method :
        List.of("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")) {
      if (targets.stream()
          .noneMatch(other ->
              other.template().equals(target.template()) && other.method().equals(method))) {
        byte[] request = RawClient.head(method, target.path()).getBytes(ISO_8859_1);
        bad(target, "request", "another method", request, 405);
      }
    }
    int known = (target.template() + "{").indexOf('{');
    for (String into : INTO_PATHS) {
      for (int at = 1; at < known; at += 2) {
        String path = target.path().substring(0, at) + into + target.path().substring(at);
        if (at < target.path().length() || !into.startsWith("/")) {
          notForIt(target, "request", "in its path", target.at(path, List.of()), 400, 404, 405);
        }
      }
    }
    String path = target.path();
    String upper = "/" + path.substring(1).toUpperCase(Locale.ROOT);
    if (!upper.equals(path)) {
      notForIt(target, "request", "other letters", target.at(upper, List.of()), 404);
    }
    notForIt(target, "request", "longer", target.at(path + "/a/b", List.of()), 404, 405);
    notForIt(
        target, "request", "too long", target.head(path + "?" + "x".repeat(9_000), List.of()), 414);
    for (String part : List.of(" ", "\u0000", "\u00fc", "\r", "\n", "\t")) {
      notForIt(
          target,
          "request",
          "no request line",
          target.head(path + part + "x", List.of()),
          400,
          404);
    }
    for (String header :
        List.of("no colon", "Bad Name: x", "X-Nul: a\u0000b", "X-Re\u0000turn: a", "X\u00fc: a")) {
      notForIt(target, "request", "no header", target.at(path, List.of(header)), 400);
    }
    for (String length :
        List.of(
            "Content-Length: -1",
            "Content-Length: five",
            "Content-Length: 1\r\nContent-Length: 2",
            "Transfer-Encoding: chunked\r\nContent-Length: x")) {
      notForIt(target, "request", "no length", target.head(path, List.of(length)), 400);
    }
    notForIt(
        target,
        "request",
        "headers too large",
        target.head(path, List.of("X-Long: " + "x".repeat(20_000))),
        431);
    notForIt(
        target,
        "request",
        "no host",
        "%s %s HTTP/1.1\r\n\r\n".formatted(target.method(), path).getBytes(ISO_8859_1),
        400);
    notForIt(
        target,
        "request",
        "no version",
        "%s %s HTP/x\r\nHost: a\r\n\r\n".formatted(target.method(), path).getBytes(ISO_8859_1),
        400);
  }

  private void addPath(Target target, JsonNode parameter, JsonNode schema) {
    String name = parameter.path("name").asText();
    boolean isId = isId(parameter.path("schema"));
    List<String> all = new ArrayList<>();
    Violations.ofText(schema, isId).forEach(bad -> all.add(encoded(bad.text())));
    all.addAll(
        List.of("%", "%4", "%zz", "%00", "%FF", "%C0%AF", "%ED%A0%80", "%E2%82", "a%0D%0Ab"));
    for (String raw : all) {
      byte[] request = target.at(target.pathWith(name, raw), List.of());
      if (isId) {
        bad(target, place(parameter), "in the path", request, 400, name);
      } else {
        bad(target, place(parameter), "in the path", request, 404);
      }
    }
    for (String raw :
        List.of("a%2Fb", "%2F", "..%2F..%2Fetc%2Fpasswd", "%252F", "%2E%2E%2Fx", "a;b=c")) {
      cases.add(
          new Case(
              target,
              place(parameter),
              "encoded slash",
              Buffer.buffer(target.at(target.pathWith(name, raw), List.of())),
              Set.of(404),
              Optional.empty(),
              isId ? Kind.NOT_THERE : Kind.REFUSED));
    }
    notForIt(
        target,
        place(parameter),
        "slash",
        target.at(target.pathWith(name, "a/b/../c"), List.of()),
        404,
        405);
    notForIt(
        target,
        place(parameter),
        "too long",
        target.at(target.pathWith(name, "x".repeat(9_000)), List.of()),
        414);
  }

  private void addQuery(Target target, JsonNode parameter, JsonNode schema) {
    String name = parameter.path("name").asText();
    List<Bad> all = new ArrayList<>(Violations.ofText(schema, isId(parameter.path("schema"))));
    if (Violations.types(schema).contains("integer")) {
      all.addAll(Violations.noIntegers());
    }
    for (Bad bad : all) {
      bad(
          target,
          place(parameter),
          bad.what(),
          query(target, name, name + "=" + encoded(bad.text())),
          400,
          name);
    }
    for (String raw :
        List.of("%", "%4", "%zz", "%FF", "%C0%AF", "%ED%A0%80", "a%00b", "a%0D%0Ab")) {
      bad(target, place(parameter), "encoding", query(target, name, name + "=" + raw), 400, name);
    }
    String twice = name + "=" + good(name) + "&" + name + "=" + good(name);
    bad(target, place(parameter), "twice", query(target, name, twice), 400, name);
    bad(target, place(parameter), "no value", query(target, name, name), 400, name);
    for (String other :
        List.of(name + "x", name.toUpperCase(Locale.ROOT), name + "[]", "$" + name)) {
      bad(
          target,
          place(parameter),
          "unknown",
          query(target, "", encoded(other) + "=" + good(name)),
          400,
          other);
    }
    bad(
        target,
        place(parameter),
        "unknown, encoded",
        query(target, "", name + "%00=" + good(name)),
        400,
        name + "\uFFFD");
    bad(target, place(parameter), "no name", query(target, "", "%zz=1"), 400, "query");
    if (target.schema().isPresent() && required(target).contains(name)) {
      bad(target, place(parameter), "missing", query(target, name, "x=1&x=2"), 400, "x");
      bad(target, place(parameter), "missing", query(target, name, ""), 400, name);
    }
  }

  /** All parameters as they should be, but for one. */
  private static byte[] query(Target target, String name, String instead) {
    String query =
        target.parameters().stream()
            .filter(other -> other.path("in").asText().equals("query"))
            .map(other -> other.path("name").asText())
            .filter(other -> !other.equals(name))
            .map(other -> other + "=" + good(other))
            .collect(Collectors.joining("&"));
    return target.head(target.path() + "?" + query + "&" + instead, List.of());
  }

  private void addHeader(Target target, JsonNode parameter, JsonNode schema) {
    String name = parameter.path("name").asText();
    for (Bad bad : Violations.ofText(schema, false)) {
      if (bad.text().length() < 2_000) {
        bad(
            target,
            place(parameter),
            bad.what(),
            target.at(target.path(), List.of(name + ": " + bad.text())),
            400,
            name);
      }
    }
    if (schema.has("maxLength")) {
      List<String> twice = List.of(name + ": a", name + ": b");
      bad(target, place(parameter), "twice", target.at(target.path(), twice), 400, name);
    }
    for (String raw : List.of("a\u0000b", "\u0000")) {
      notForIt(
          target,
          place(parameter),
          "NUL",
          target.head(target.path(), List.of(name + ": " + raw)),
          400);
    }
    notForIt(
        target,
        place(parameter),
        "too long",
        target.head(target.path(), List.of(name + ": " + "x".repeat(20_000))),
        431);
  }

  private void addBody(Target target, JsonNode schema) {
    Violations.requireKnown(schema);
    ObjectNode good = target.body().orElseThrow();
    schema
        .path("properties")
        .properties()
        .forEach(field -> addField(target, good, field.getKey(), field.getValue()));
    for (String unknown : List.of("more", "__proto__", "constructor", "$ref", "type", "", "a.b")) {
      ObjectNode other = good.deepCopy().put(unknown, 1);
      bad(target, "body", "unknown field", target.withBody(utf8(other)), 400, unknown);
    }
    if (schema.has("minProperties")) {
      bad(target, "body", "minProperties", target.withBody(ascii("{}")), 400, "body");
    }
    addWholes(target, good.toString());
    addTransfers(target, utf8(good));
  }

  private void addField(Target target, ObjectNode good, String name, JsonNode declared) {
    JsonNode schema = resolved(declared);
    Violations.requireKnown(schema);
    String place = "." + name;
    for (Bad bad : Violations.ofField(schema, isId(declared))) {
      ObjectNode others = good.deepCopy();
      others.remove(name);
      // Last, so that what is no JSON at all is found at this field.
      String json = open(others);
      String comma = others.isEmpty() ? "" : ",";
      byte[] body = (json + comma + "\"" + name + "\":" + bad.json() + "}").getBytes(UTF_8);
      boolean depth = bad.what().equals("too deep");
      bad(target, place, bad.what(), target.withBody(body), 400, depth ? "body" : name);
    }
    String again = good.toString().replaceFirst("^\\{", "{\"" + name + "\":null,");
    if (good.has(name)) {
      bad(target, place, "twice", target.withBody(again.getBytes(UTF_8)), 400, name);
    }
    if (required(target).contains(name)) {
      ObjectNode without = good.deepCopy();
      without.remove(name);
      bad(target, place, "missing", target.withBody(utf8(without)), 400, name);
    }
    for (String other :
        List.of(
            name + " ", name.toUpperCase(Locale.ROOT), " " + name, name + "\\u0000", "_" + name)) {
      String body = open(good) + ",\"" + other + "\":1}";
      bad(
          target,
          place,
          "almost its name",
          target.withBody(body.getBytes(UTF_8)),
          400,
          other.replace("\\u0000", "\uFFFD"));
    }
    if (Violations.types(schema).contains("array")) {
      addLines(target, name);
    }
  }

  /**
   * The items, which the contract lets be anything: what is wrong with one is told in its place.
   */
  private void addLines(Target target, String name) {
    JsonNode line = contract.at("/components/schemas/NewLine");
    ObjectNode good = (ObjectNode) target.body().orElseThrow().path(name).path(0);
    line.path("properties")
        .properties()
        .forEach(field -> {
          for (Bad bad : Violations.ofField(resolved(field.getValue()), isId(field.getValue()))) {
            ObjectNode others = good.deepCopy();
            others.remove(field.getKey());
            String json = open(others) + ",\"%s\":%s}".formatted(field.getKey(), bad.json());
            if (isJson(json)) {
              byte[] body = "{\"%s\":[%s]}".formatted(name, json).getBytes(UTF_8);
              cases.add(
                  new Case(
                      target,
                      "." + name,
                      "line: " + bad.what(),
                      Buffer.buffer(target.withBody(body)),
                      Set.of(200),
                      Optional.of(name + "[0]." + field.getKey()),
                      Kind.IN_RESULTS));
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
  private void addWholes(Target target, String good) {
    byte[] bytes = good.getBytes(UTF_8);
    for (int length = 1; length < bytes.length; length++) {
      bad(target, "body", "cut off", target.withBody(Arrays.copyOf(bytes, length)), 400);
    }
    for (int at = 0; at < bytes.length; at++) {
      byte[] nul = bytes.clone();
      nul[at] = 0;
      bad(target, "body", "NUL", target.withBody(nul), 400);
      byte[] noUtf8 = bytes.clone();
      noUtf8[at] = (byte) 0xFF;
      bad(target, "body", "no UTF-8", target.withBody(noUtf8), 400, "body");
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
      bad(target, "body", "as a whole", target.withBody(whole.getBytes(UTF_8)), 400, "body");
    }
    bad(target, "body", "UTF-16", target.withBody(good.getBytes(UTF_16)), 400, "body");
  }

  /** How the body is sent, and what it is said to be. */
  private void addTransfers(Target target, byte[] good) {
    String path = target.path();
    for (String type : OTHER_TYPES) {
      List<String> headers = List.of("Content-Type: " + type);
      bad(target, "body", "content type", target.with(path, headers, good), 415);
    }
    bad(target, "body", "no content type", target.with(path, List.of(), good), 415);
    bad(target, "body", "two content types", target.with(path, both(JSON, JSON), good), 415);
    for (String encoding : List.of("gzip", "deflate", "br", "identity, gzip", "x")) {
      List<String> headers = both(JSON, List.of("Content-Encoding: " + encoding));
      bad(target, "body", "encoding", target.with(path, headers, good), 415);
    }
    bad(target, "body", "empty", target.withBody(new byte[0]), 400);
    bad(target, "body", "none", target.head(path, List.of()), 400);
    bad(target, "body", "too long", target.withBody(ascii(" ".repeat(64 * 1024 + 1))), 413);
    for (String length : List.of("65537", "2147483648", "9223372036854775807")) {
      List<String> headers = both(JSON, List.of("Content-Length: " + length));
      bad(target, "body", "says that it is too long", target.head(path, headers), 413);
    }
    List<String> chunked = both(JSON, List.of("Transfer-Encoding: chunked"));
    bad(
        target,
        "body",
        "chunks without end",
        Buffer.buffer(target.head(path, chunked))
            .appendString("8000\r\n" + " ".repeat(0x8000) + "\r\n")
            .appendString("8001\r\n" + " ".repeat(0x8001) + "\r\n")
            .getBytes(),
        413);
    // Whatever follows could be anything, so nothing more is said on this connection.
    notForIt(
        target,
        "body",
        "no chunks",
        Buffer.buffer(target.head(path, chunked)).appendString("zz\r\n\r\n").getBytes());
    List<String> longer = both(JSON, List.of("Content-Length: " + (good.length + 1)));
    bad(
        target,
        "body",
        "does not come",
        Buffer.buffer(target.head(path, longer)).appendBytes(good).getBytes(),
        408);
  }

  private static Set<String> required(Target target) {
    Set<String> required = new LinkedHashSet<>();
    target.schema().orElseThrow().path("required").forEach(name -> required.add(name.asText()));
    return required;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
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
