package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.json.ProblemType;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract itself; that answers conform to it is checked wherever one is asked for. */
class ContractTest {
  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void every_route_is_in_the_contract_and_the_contract_has_no_other() {
    List<String> served =
        service.routes().stream().map(route -> route.method() + " " + route.template()).toList();
    List<String> promised =
        service.contract().operations().stream()
            .map(operation -> operation.getHttpMethod() + " " + operation.getOpenAPIPath())
            .toList();

    assertThat(served).containsExactlyInAnyOrderElementsOf(promised);
  }

  @Test
  void every_problem_type_is_in_the_contract_and_the_contract_has_no_other() {
    List<String> promised = new ArrayList<>();
    service
        .contract()
        .raw()
        .at("/components/schemas/ProblemType/enum")
        .forEach(type -> promised.add(type.asText()));

    assertThat(promised)
        .containsExactlyElementsOf(
            Arrays.stream(ProblemType.values()).map(ProblemType::uri).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST   | /v1/batches                        | {"ref":"b","sku":"s","quantity":1}
          POST   | /v1/batches                        | {"ref":"b","sku":"s","quantity":1,"eta":null}
          POST   | /v1/batches                        | {"ref":"b","sku":"s","quantity":1,"eta":"2026-12-31"}
          PATCH  | /v1/batches/b%2F1                  | {"quantity":0}
          PATCH  | /v1/batches/b                      | {"eta":null}
          GET    | /v1/batches/b                      |
          POST   | /v1/allocations                    | {"orderId":"o","sku":"s","quantity":1000000000}
          POST   | /v1/allocations/bulk               | {"lines":[{"orderId":"o","sku":"s","quantity":1}]}
          POST   | /v1/allocations/bulk               | {"lines":[1]}
          DELETE | /v1/allocations/o/s                |
          GET    | /v1/orders/o/allocations           |
          GET    | /v1/products?after=s&limit=1000    |
          GET    | /v1/products/s                     |
          POST   | /add_batch                         | {"ref":"b","sku":"s","qty":1,"eta":null}
          POST   | /add_batch?ref=b&sku=s&qty=1       |
          POST   | /allocate                          | {"orderid":"o","sku":"s","qty":1}
          POST   | /allocate?orderid=o&sku=s&qty=1    |
          GET    | /allocations/o                     |
          GET    | /                                  |
          GET    | /health/live                       |
          GET    | /health/ready                      |
          GET    | /metrics                           |
          GET    | /openapi.yaml                      |
          GET    | /docs                              |
          GET    | /docs/docs.js                      |
          """)
  void a_request_that_is_taken_is_in_the_contract(
      String method, String target, @Nullable String body) {
    Route route = route(method, target);
    Map<String, String> headers =
        Map.of("X-Correlation-Id", "c-1", "Allocation-Position", "3:41, 7:9");

    service.contract().checkRequest(route, target, headers, Optional.ofNullable(body));
    Response response =
        body == null
            ? service.call(method, target, new byte[0])
            : service.call(
                method,
                target,
                body.getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/json");

    // The stand-ins have no answer, so the request got through the door when it is not a 4xx.
    assertThat(response.status()).isIn(200, 500);
  }

  @Test
  void a_request_that_is_refused_is_not_in_the_contract() {
    for (String body :
        List.of(
            "{}",
            "{\"ref\":\"b\",\"sku\":\"s\",\"quantity\":0}",
            "{\"ref\":\"b\",\"sku\":\"s\",\"quantity\":1000000001}",
            "{\"ref\":\"\",\"sku\":\"s\",\"quantity\":1}",
            "{\"ref\":\"b\",\"sku\":\"s\",\"quantity\":1,\"more\":1}")) {
      Route route = route("POST", "/v1/batches");

      Assertions.assertThatThrownBy(() ->
              service.contract().checkRequest(route, "/v1/batches", Map.of(), Optional.of(body)))
          .isInstanceOf(AssertionError.class);
      assertThat(service.post("/v1/batches", body).status()).isEqualTo(400);
    }
  }

  @Test
  void an_answer_that_differs_is_not_in_the_contract() {
    Route route = route("POST", "/v1/batches");
    Map<String, String> headers =
        Map.of("content-type", "application/json", "X-Correlation-Id", "c-1");
    String batch = "{\"ref\":\"b\",\"sku\":\"s\",\"purchased\":1,\"allocated\":0,\"available\":1";

    service
        .contract()
        .checkResponse(route, new Response(201, headers, Buffer.buffer(batch + ",\"eta\":null}")));

    for (Response different :
        List.of(
            new Response(201, headers, Buffer.buffer(batch + "}")),
            new Response(201, headers, Buffer.buffer(batch + ",\"eta\":null,\"more\":1}")),
            new Response(409, headers, Buffer.buffer(batch + ",\"eta\":null}")),
            new Response(
                201,
                Map.of("content-type", "application/json"),
                Buffer.buffer(batch + ",\"eta\":null}")))) {
      Assertions.assertThatThrownBy(() -> service.contract().checkResponse(route, different))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void every_example_of_a_problem_has_its_types_title_and_status() {
    for (JsonNode problem : service.contract().raw().findValues("example")) {
      for (ProblemType type : ProblemType.values()) {
        if (problem.path("type").asText().equals(type.uri())) {
          assertThat(problem.path("title").asText()).isEqualTo(type.title());
        }
      }
    }
  }

  private static Route route(String method, String target) {
    String path = target.split("\\?", 2)[0];
    return service.routes().stream()
        .filter(route -> route.method().name().equals(method) && path.matches(route.pattern()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no route for " + method + " " + target));
  }
}
