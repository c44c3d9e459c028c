package allocation.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An operation, with a request that it takes. */
record ContractOperation(
    String method,
    String template,
    JsonNode declared,
    List<JsonNode> parameters,
    Optional<JsonNode> schema,
    Optional<ObjectNode> body) {
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

  static final List<String> JSON = List.of("Content-Type: application/json");

  /** Every operation of the contract, in its order. */
  static List<ContractOperation> all(JsonNode contract) {
    List<ContractOperation> all = new ArrayList<>();
    contract
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue().properties().stream()
                .filter(member -> !member.getKey().equals("parameters"))
                .forEach(operation ->
                    all.add(
                        of(
                            contract,
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            path.getValue(),
                            operation.getValue()))));
    return all;
  }

  private static ContractOperation of(
      JsonNode contract, String method, String template, JsonNode path, JsonNode declared) {
    List<JsonNode> parameters = new ArrayList<>();
    path.path("parameters").forEach(parameter -> parameters.add(resolved(contract, parameter)));
    declared.path("parameters").forEach(parameter -> parameters.add(resolved(contract, parameter)));
    JsonNode json = declared.path("requestBody").path("content").path("application/json");
    if (json.isMissingNode()) {
      return new ContractOperation(
          method, template, declared, parameters, Optional.empty(), Optional.empty());
    }
    JsonNode example =
        json.has("example")
            ? json.path("example")
            : json.path("examples").path("cut").path("value");
    return new ContractOperation(
        method,
        template,
        declared,
        parameters,
        Optional.of(resolved(contract, json.path("schema"))),
        Optional.of((ObjectNode) example));
  }

  /** What a node of the contract refers to, or itself. */
  static JsonNode resolved(JsonNode contract, JsonNode node) {
    JsonNode ref = node.get("$ref");
    return ref == null ? node : contract.at(ref.asText().substring(1));
  }

  String id() {
    return declared.path("operationId").asText();
  }

  boolean isOriginal() {
    return declared.path("tags").path(0).asText().equals("Original");
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

  /** Everything in the contract that could be wrong in a request to this operation. */
  Set<String> places() {
    Set<String> places = new LinkedHashSet<>(Set.of("request"));
    parameters.forEach(parameter -> places.add(place(parameter)));
    schema.ifPresent(json -> {
      places.add("body");
      json.path("properties").fieldNames().forEachRemaining(name -> places.add("." + name));
    });
    return places;
  }

  /** The fields that a body has to have. */
  Set<String> required() {
    Set<String> required = new LinkedHashSet<>();
    schema.orElseThrow().path("required").forEach(name -> required.add(name.asText()));
    return required;
  }

  /** How a parameter is named among the places of a request. */
  static String place(JsonNode parameter) {
    return parameter.path("in").asText() + " " + parameter.path("name").asText();
  }

  static String good(String name) {
    String value = GOOD.get(name);
    if (value == null) {
      throw new AssertionError("the contract has a parameter that is new here: " + name);
    }
    return value;
  }

  static List<String> both(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }
}
