package allocation.http;

import static allocation.http.ContractOperation.good;
import static allocation.http.ContractOperation.place;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.http.NegativeCases.Kind;
import allocation.http.Violations.Bad;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * For every parameter of an operation, each way to be something else than what the contract says.
 */
final class NegativeParameters {
  private final NegativeCases cases;
  private final JsonNode contract;

  NegativeParameters(NegativeCases cases, JsonNode contract) {
    this.cases = cases;
    this.contract = contract;
  }

  void add(ContractOperation operation) {
    for (JsonNode parameter : operation.parameters()) {
      JsonNode schema = ContractOperation.resolved(contract, parameter.path("schema"));
      Violations.requireKnown(schema);
      switch (parameter.path("in").asText()) {
        case "path" -> addPath(operation, parameter, schema);
        case "query" -> addQuery(operation, parameter, schema);
        case "header" -> addHeader(operation, parameter, schema);
        default -> throw new AssertionError("no cases are made for " + parameter);
      }
    }
  }

  private void addPath(ContractOperation operation, JsonNode parameter, JsonNode schema) {
    String name = parameter.path("name").asText();
    boolean isId = Violations.isId(parameter.path("schema"));
    List<String> all = new ArrayList<>();
    Violations.ofText(schema, isId).forEach(bad -> all.add(encoded(bad.text())));
    all.addAll(
        List.of("%", "%4", "%zz", "%00", "%FF", "%C0%AF", "%ED%A0%80", "%E2%82", "a%0D%0Ab"));
    for (String raw : all) {
      byte[] request = operation.at(operation.pathWith(name, raw), List.of());
      if (isId) {
        cases.bad(operation, place(parameter), "in the path", request, 400, name);
      } else {
        cases.bad(operation, place(parameter), "in the path", request, 404);
      }
    }
    for (String raw :
        List.of("a%2Fb", "%2F", "..%2F..%2Fetc%2Fpasswd", "%252F", "%2E%2E%2Fx", "a;b=c")) {
      cases.add(
          operation,
          place(parameter),
          "encoded slash",
          operation.at(operation.pathWith(name, raw), List.of()),
          Set.of(404),
          Optional.empty(),
          isId ? Kind.NOT_THERE : Kind.REFUSED);
    }
    cases.notForIt(
        operation,
        place(parameter),
        "slash",
        operation.at(operation.pathWith(name, "a/b/../c"), List.of()),
        404,
        405);
    cases.notForIt(
        operation,
        place(parameter),
        "too long",
        operation.at(operation.pathWith(name, "x".repeat(9_000)), List.of()),
        414);
  }

  private void addQuery(ContractOperation operation, JsonNode parameter, JsonNode schema) {
    String name = parameter.path("name").asText();
    List<Bad> all =
        new ArrayList<>(Violations.ofText(schema, Violations.isId(parameter.path("schema"))));
    if (Violations.types(schema).contains("integer")) {
      all.addAll(Violations.noIntegers());
    }
    for (Bad bad : all) {
      cases.bad(
          operation,
          place(parameter),
          bad.what(),
          query(operation, name, name + "=" + encoded(bad.text())),
          400,
          name);
    }
    for (String raw :
        List.of("%", "%4", "%zz", "%FF", "%C0%AF", "%ED%A0%80", "a%00b", "a%0D%0Ab")) {
      cases.bad(
          operation,
          place(parameter),
          "encoding",
          query(operation, name, name + "=" + raw),
          400,
          name);
    }
    String twice = name + "=" + good(name) + "&" + name + "=" + good(name);
    cases.bad(operation, place(parameter), "twice", query(operation, name, twice), 400, name);
    cases.bad(operation, place(parameter), "no value", query(operation, name, name), 400, name);
    for (String other :
        List.of(name + "x", name.toUpperCase(Locale.ROOT), name + "[]", "$" + name)) {
      cases.bad(
          operation,
          place(parameter),
          "unknown",
          query(operation, "", encoded(other) + "=" + good(name)),
          400,
          other);
    }
    cases.bad(
        operation,
        place(parameter),
        "unknown, encoded",
        query(operation, "", name + "%00=" + good(name)),
        400,
        name + "\uFFFD");
    cases.bad(operation, place(parameter), "no name", query(operation, "", "%zz=1"), 400, "query");
    if (operation.schema().isPresent() && operation.required().contains(name)) {
      cases.bad(
          operation, place(parameter), "missing", query(operation, name, "x=1&x=2"), 400, "x");
      cases.bad(operation, place(parameter), "missing", query(operation, name, ""), 400, name);
    }
  }

  /** All parameters as they should be, but for one. */
  private static byte[] query(ContractOperation operation, String name, String instead) {
    String query =
        operation.parameters().stream()
            .filter(other -> other.path("in").asText().equals("query"))
            .map(other -> other.path("name").asText())
            .filter(other -> !other.equals(name))
            .map(other -> other + "=" + good(other))
            .collect(Collectors.joining("&"));
    return operation.head(operation.path() + "?" + query + "&" + instead, List.of());
  }

  private void addHeader(ContractOperation operation, JsonNode parameter, JsonNode schema) {
    String name = parameter.path("name").asText();
    for (Bad bad : Violations.ofText(schema, false)) {
      if (bad.text().length() < 2_000) {
        cases.bad(
            operation,
            place(parameter),
            bad.what(),
            operation.at(operation.path(), List.of(name + ": " + bad.text())),
            400,
            name);
      }
    }
    if (schema.has("maxLength")) {
      List<String> twice = List.of(name + ": a", name + ": b");
      cases.bad(
          operation, place(parameter), "twice", operation.at(operation.path(), twice), 400, name);
    }
    for (String raw : List.of("a\u0000b", "\u0000")) {
      cases.notForIt(
          operation,
          place(parameter),
          "NUL",
          operation.head(operation.path(), List.of(name + ": " + raw)),
          400);
    }
    cases.notForIt(
        operation,
        place(parameter),
        "too long",
        operation.head(operation.path(), List.of(name + ": " + "x".repeat(20_000))),
        431);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
