package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.Scope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route with every kind of caller: who is let in, and who is told what. */
class AccessMatrixTest {
  @RegisterExtension
  static final HttpService service = new HttpService(HttpService.SETTINGS, Callers.gate());

  /** What a caller needs; a route that has no row here fails. */
  private static final Map<String, Optional<Scope>> ROWS =
      rows(
          """
          POST   | /v1/batches                        | manage-stock
          PATCH  | /v1/batches/{ref}                  | manage-stock
          GET    | /v1/batches/{ref}                  | read
          POST   | /v1/allocations                    | allocate
          POST   | /v1/allocations/bulk               | allocate
          DELETE | /v1/allocations/{orderId}/{sku}    | allocate
          GET    | /v1/orders/{orderId}/allocations   | read
          GET    | /v1/products                       | read
          GET    | /v1/products/{sku}                 | read
          POST   | /add_batch                         | manage-stock
          POST   | /allocate                          | allocate
          GET    | /allocations/{orderid}             | read
          GET    | /                                  | nothing
          GET    | /health/live                       | nothing
          GET    | /health/ready                      | nothing
          GET    | /metrics                           | operate
          GET    | /openapi.yaml                      | nothing
          GET    | /docs                              | nothing
          GET    | /docs/{asset}                      | nothing
          """);

  private static Map<String, Optional<Scope>> rows(String table) {
    Map<String, Optional<Scope>> rows = new LinkedHashMap<>();
    for (String line : table.lines().toList()) {
      String[] cells = line.split("\\s*\\|\\s*", -1);
      rows.put(
          cells[0] + " " + cells[1],
          Arrays.stream(Scope.values()).filter(scope -> scope.text().equals(cells[2])).findFirst());
    }
    return rows;
  }

  @Test
  void every_route_has_a_row() {
    assertThat(service.routes().stream().map(AccessMatrixTest::name))
        .containsExactlyInAnyOrderElementsOf(ROWS.keySet());
  }

  @Test
  void a_route_needs_what_its_row_and_the_contract_say() {
    for (Route route : service.routes()) {
      assertThat(route.needs()).as(name(route)).isEqualTo(ROWS.get(name(route)));
      List<String> promised = new ArrayList<>();
      service
          .contract()
          .raw()
          .path("paths")
          .path(route.template())
          .path(route.method().name().toLowerCase(Locale.ROOT))
          .path("security")
          .forEach(way -> way.forEach(scopes -> promised.add(scopes.path(0).asText())));
      assertThat(promised)
          .as(name(route))
          .isEqualTo(
              route.needs().map(scope -> List.of(scope.text(), scope.text())).orElse(List.of()));
    }
  }

  static Stream<Arguments> strangers() {
    return Callers.strangers().entrySet().stream()
        .map(caller -> Arguments.of(caller.getKey(), caller.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strangers")
  void a_stranger_gets_no_further_than_what_is_open(String who, String authorization) {
    for (String method : new String[] {"as it is", "HEAD"}) {
      for (Route route : routes(method)) {
        Response response = call(route, method, authorization);

        if (ROWS.get(name(route)).isEmpty()) {
          assertThat(response.status()).as(name(route)).isNotIn(401, 403, 429);
          continue;
        }
        assertThat(response.status()).as("%s to %s %s", who, method, name(route)).isEqualTo(401);
        assertThat(response.header("WWW-Authenticate").orElseThrow())
            .isEqualTo(
                authorization.isEmpty()
                    ? "Bearer realm=\"allocation\""
                    : "Bearer realm=\"allocation\", error=\"invalid_token\"");
        if (!method.equals("HEAD")) {
          assertThat(response.problem()).isEqualTo("unauthenticated");
          assertThat(response.json().path("detail").asText())
              .as("tells nothing of what was wrong")
              .isEqualTo(
                  authorization.isEmpty()
                      ? "Send a key or a token as Authorization: Bearer …"
                      : "The key or token is not valid");
        }
      }
    }
    assertThat(service.commands).isEmpty();
    assertThat(service.queries).isEmpty();
  }

  static Stream<Arguments> known() {
    return Callers.known().entrySet().stream()
        .map(caller -> Arguments.of(caller.getKey(), caller.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("known")
  void who_is_known_gets_where_its_scopes_lead(String who, Callers.Known caller) {
    for (String method : new String[] {"as it is", "HEAD"}) {
      for (Route route : routes(method)) {
        Optional<Scope> needed = ROWS.get(name(route));
        Response response = call(route, method, caller.authorization());

        if (needed.map(caller.scopes()::contains).orElse(true)) {
          assertThat(response.status()).as("%s at %s", who, name(route)).isNotIn(401, 403, 429);
          continue;
        }
        assertThat(response.status()).as("%s at %s", who, name(route)).isEqualTo(403);
        String scope = needed.orElseThrow().text();
        assertThat(response.header("WWW-Authenticate").orElseThrow())
            .isEqualTo(
                "Bearer realm=\"allocation\", error=\"insufficient_scope\", scope=\"%s\""
                    .formatted(scope));
        if (!method.equals("HEAD")) {
          assertThat(response.problem()).isEqualTo("missing-scope");
          assertThat(response.json().path("scope").asText()).isEqualTo(scope);
        }
      }
    }
  }

  private static List<Route> routes(String method) {
    return service.routes().stream()
        .filter(route -> !method.equals("HEAD") || route.method().name().equals("GET"))
        .toList();
  }

  private static Response call(Route route, String method, String authorization) {
    String target = route.template().replaceAll("\\{\\w+}", "x");
    boolean hasBody = route.body() == Route.Body.JSON;
    List<String> headers = new ArrayList<>();
    if (!authorization.isEmpty()) {
      headers.addAll(List.of("Authorization", authorization));
    }
    if (hasBody) {
      headers.addAll(List.of("Content-Type", "application/json"));
    }
    return service.call(
        method.equals("HEAD") ? method : route.method().name(),
        target,
        hasBody ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[0],
        headers.toArray(String[]::new));
  }

  private static String name(Route route) {
    return route.method() + " " + route.template();
  }
}
