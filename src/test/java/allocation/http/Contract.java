package allocation.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.RequestValidator;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import io.vertx.openapi.validation.impl.RequestParameterImpl;
import io.vertx.openapi.validation.impl.ValidatableRequestImpl;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The published contract, held against real requests and answers. */
final class Contract {
  // The validator knows only these names for JSON, and no pages, scripts or images.
  private static final String PROBLEM = "application/problem+json";
  private static final String PROBLEM_TO_VALIDATOR = "application/vnd.problem+json";
  private static final List<String> NOT_VALIDATED =
      List.of(
          "text/html",
          "text/plain",
          "text/css",
          "text/javascript",
          "image/png",
          "application/yaml");
  // Its quotes and commas are not for the validator, which is only told that it is there.
  private static final String CHALLENGE = "WWW-Authenticate";
  private static final List<String> HEADERS =
      List.of(
          "X-Correlation-Id",
          "Allocation-Position",
          "Idempotent-Replayed",
          "Retry-After",
          CHALLENGE);

  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

  private final JsonNode raw;
  private final OpenAPIContract contract;
  private final RequestValidator requests;
  private final ResponseValidator responses;

  private Contract(Vertx vertx, JsonNode raw, OpenAPIContract contract) {
    this.raw = raw;
    this.contract = contract;
    this.requests = RequestValidator.create(vertx, contract);
    this.responses = ResponseValidator.create(vertx, contract);
  }

  static Contract load(Vertx vertx) throws IOException {
    try (InputStream yaml =
        Objects.requireNonNull(Contract.class.getResourceAsStream("/openapi.yaml"))) {
      JsonNode raw = new YAMLMapper().readTree(yaml);
      JsonNode adapted = raw.deepCopy();
      adapted.findParents("content").forEach(parent -> adapt((ObjectNode) parent));
      OpenAPIContract contract =
          await(OpenAPIContract.from(vertx, new JsonObject(adapted.toString())));
      return new Contract(vertx, raw, contract);
    }
  }

  private static void adapt(ObjectNode parent) {
    ObjectNode content = (ObjectNode) parent.get("content");
    content.remove(NOT_VALIDATED);
    JsonNode problem = content.remove(PROBLEM);
    if (problem != null) {
      content.set(PROBLEM_TO_VALIDATOR, problem);
    }
    if (content.isEmpty()) {
      parent.remove("content");
    }
  }

  /** The contract as it stands in the file. */
  JsonNode raw() {
    return raw;
  }

  List<Operation> operations() {
    return contract.operations();
  }

  /** Fails when the contract does not allow this request. */
  void checkRequest(
      Route route, String target, Map<String, String> headers, Optional<String> body) {
    Operation operation = operation(route);
    String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
    Map<String, RequestParameter> paths = new HashMap<>();
    for (MatchResult name : PARAMETER.matcher(route.template()).results().toList()) {
      String raw = route.rawParameter(name.group(1), path);
      paths.put(name.group(1), parameter(URLDecoder.decode(raw, StandardCharsets.UTF_8)));
    }
    Map<String, RequestParameter> query = new HashMap<>();
    if (target.contains("?")) {
      Percent.query(target.substring(target.indexOf('?') + 1))
          .forEach((name, value) -> query.put(name, parameter(value)));
    }
    Map<String, RequestParameter> sent = new HashMap<>();
    headers.forEach((name, value) -> sent.put(name, parameter(value)));
    await(
        requests.validate(
            body.map(text ->
                    new ValidatableRequestImpl(
                        Map.of(),
                        sent,
                        paths,
                        query,
                        new RequestParameterImpl(Buffer.buffer(text)),
                        "application/json"))
                .orElseGet(() -> new ValidatableRequestImpl(Map.of(), sent, paths, query)),
            operation.getOperationId()));
  }

  /** Fails when the contract does not foresee this answer to the route. */
  void checkResponse(Route route, Response response) {
    Operation operation = operation(route);
    Map<String, String> headers = new HashMap<>();
    for (String name : HEADERS) {
      response
          .header(name)
          .ifPresent(value -> headers.put(name, name.equals(CHALLENGE) ? "there" : value));
    }
    String type = response.mediaType();
    if (!type.isEmpty() && !contentTypes(operation, response.status()).contains(type)) {
      throw new AssertionError(
          "%s answers %d with %s, which the contract does not know"
              .formatted(operation.getOperationId(), response.status(), type));
    }
    if (NOT_VALIDATED.contains(type)) {
      return;
    }
    await(
        responses.validate(
            ValidatableResponse.create(
                response.status(),
                headers,
                response.body(),
                type.equals(PROBLEM) ? PROBLEM_TO_VALIDATOR : type),
            operation.getOperationId()));
  }

  Operation operation(Route route) {
    return operations().stream()
        .filter(known ->
            known.getOpenAPIPath().equals(route.template())
                && known.getHttpMethod().equals(route.method()))
        .findFirst()
        .orElseThrow(() ->
            new AssertionError("the contract has no " + route.method() + " " + route.template()));
  }

  private List<String> contentTypes(Operation operation, int status) {
    HttpMethod method = operation.getHttpMethod();
    JsonNode all =
        raw.path("paths")
            .path(operation.getOpenAPIPath())
            .path(method.name().toLowerCase(Locale.ROOT))
            .path("responses");
    JsonNode response = all.path(String.valueOf(status));
    response = resolved(response.isMissingNode() ? all.path("default") : response);
    List<String> types = new ArrayList<>();
    response.path("content").fieldNames().forEachRemaining(types::add);
    return types;
  }

  private JsonNode resolved(JsonNode node) {
    JsonNode ref = node.get("$ref");
    return ref == null ? node : raw.at(ref.asText().substring(1));
  }

  private static RequestParameter parameter(String value) {
    return new RequestParameterImpl(value);
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not as in the contract: " + e.getMessage(), e);
    }
  }
}
