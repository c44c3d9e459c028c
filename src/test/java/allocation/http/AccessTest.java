package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.Gate;
import allocation.access.Scope;
import allocation.access.Settings;
import allocation.access.TokenSettings;
import allocation.given.Issuer;
import allocation.given.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What callers who are asked who they are see, apart from who gets where (AccessMatrixTest). */
class AccessTest {
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";
  private static final String JSON = "Content-Type: application/json";

  private static final Vertx VERTX = Vertx.vertx();
  private static final Issuer NEXT = new Issuer("k2");
  private static volatile String jwks = Callers.ISSUER.jwks();

  @RegisterExtension
  static final HttpService service = new HttpService(HttpService.SETTINGS, Callers.gate());

  @RegisterExtension
  static final HttpService fetching = new HttpService(HttpService.SETTINGS, fetchingGate());

  private static Gate fetchingGate() {
    HttpServer issuer =
        Waiting.result(
            VERTX
                .createHttpServer()
                .requestHandler(request -> request.response().end(jwks))
                .listen(0, "127.0.0.1"));
    Settings settings = Callers.settings(0, 0);
    return Gate.of(
        new Settings(
            settings.open(),
            Optional.empty(),
            settings.keys(),
            Optional.of(
                new TokenSettings(
                    "http://127.0.0.1:" + issuer.actualPort(),
                    Issuer.NAME,
                    List.of(Issuer.AUDIENCE),
                    Set.of("RS256"),
                    300)),
            0,
            0));
  }

  @AfterAll
  static void close() {
    Waiting.result(VERTX.close());
  }

  @Test
  void a_stranger_is_sent_away_before_its_body_is_read() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          RawClient.head("POST", "/v1/allocations", JSON, "Content-Length: 60000")
              + "only the beginning");
      Response response = client.receive();

      assertThat(response.status()).isEqualTo(401);
      assertThat(response.header("Connection")).contains("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void what_comes_behind_the_last_answer_of_a_connection_is_not_carried_out() throws IOException {
    service.decides(accepted(Examples.LINE));
    String body = "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":1}";
    String length = "Content-Length: " + body.length();
    String ofAStranger = RawClient.head("POST", "/v1/allocations", JSON, length) + body;
    String allowed =
        RawClient.head(
                "POST",
                "/v1/allocations",
                JSON,
                length,
                "Authorization: " + Callers.bearer(Scope.ALLOCATE))
            + body;
    try (RawClient client = new RawClient(service.port())) {
      // In one piece, so that the second is there when the first is refused.
      assertThat(client.send(ofAStranger + allowed).receive().status()).isEqualTo(401);
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(service.commands).isEmpty();
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(allowed).receive().status()).isEqualTo(201);
    }
    assertThat(service.commands).hasSize(1);
  }

  @Test
  void a_stranger_is_not_asked_to_go_on() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          RawClient.head(
              "POST", "/v1/allocations", JSON, "Content-Length: 2", "Expect: 100-continue"));

      assertThat(client.receive().status()).isEqualTo(401);
    }
  }

  @Test
  void a_connection_outlives_a_question_that_was_refused() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(RawClient.head("GET", "/v1/products")).receive().status())
          .isEqualTo(401);
      assertThat(client.send(RawClient.head("GET", "/health/live")).receive().status())
          .isEqualTo(200);
    }
  }

  @Test
  void two_callers_may_choose_the_same_idempotency_key() {
    service.decides(accepted(Examples.RELEASE));

    for (String caller : List.of(Callers.bearer(Scope.ALLOCATE), "Bearer " + Callers.ALL.key())) {
      service.delete(
          "/v1/allocations/o1/SMALL-TABLE", "Idempotency-Key", "k-1", "Authorization", caller);
    }

    assertThat(service.commands).extracting(message -> message.key().id()).containsOnly("k-1");
    assertThat(service.commands)
        .extracting(message -> message.key().scope())
        .doesNotHaveDuplicates()
        .hasSize(2);
  }

  @Test
  void two_credentials_at_once_are_none() throws IOException {
    String key = "Authorization: " + Callers.bearer(Scope.READ);
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(RawClient.head("GET", "/v1/products", key, key)).receive().status())
          .isEqualTo(401);
    }
  }

  @Test
  void the_scheme_may_be_written_in_any_case() {
    String key = Callers.bearer(Scope.OPERATE).replace("Bearer", "bEARER");

    assertThat(service.get("/metrics", "Authorization", key).status()).isEqualTo(200);
  }

  @Test
  void the_originals_clients_get_their_message() {
    Response response = service.post("/allocate", "{}");

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.json().path("message")).isEqualTo(response.json().path("detail"));
  }

  @Test
  void a_path_that_is_nothing_is_not_found_by_anybody() {
    assertThat(service.get("/no/such/place").status()).isEqualTo(404);
    assertThat(service.call("PUT", "/v1/products", new byte[0]).status()).isEqualTo(405);
  }

  @Test
  void a_body_waits_while_the_issuer_is_asked_for_a_new_key() {
    fetching.decides(accepted(LINE));
    jwks = Callers.ISSUER.jwks(NEXT);

    Response response =
        fetching.post(
            "/v1/allocations", LINE_BODY, "Authorization", "Bearer " + NEXT.token("allocate"));

    assertThat(response.status()).isEqualTo(201);
    assertThat(fetching.commands).hasSize(1);
  }

  @Test
  void why_it_is_not_ready_is_for_operators() {
    service.isReady(List.of(new Readiness.Check("postgresql", false, true, "not reachable")));

    Response stranger = service.get("/health/ready");
    Response reader = service.get("/health/ready", "Authorization", Callers.bearer(Scope.READ));
    Response operator =
        service.get("/health/ready", "Authorization", Callers.bearer(Scope.OPERATE));

    assertThat(List.of(stranger, reader, operator)).extracting(Response::status).containsOnly(503);
    assertThat(stranger.text()).isEqualTo("{\"status\":\"DOWN\"}").isEqualTo(reader.text());
    assertThat(operator.text()).contains("postgresql");
  }

  @Test
  void refusals_are_counted_by_reason() {
    service.get("/v1/products");
    service.get("/v1/products", "Authorization", "Bearer nonsense");
    service.get("/v1/products", "Authorization", Callers.bearer(Scope.OPERATE));

    String metrics = service.get("/metrics", "Authorization", Callers.bearer(Scope.OPERATE)).text();

    assertThat(metrics)
        .contains("allocation_http_refusals_total{reason=\"no-credential\"}")
        .contains("allocation_http_refusals_total{reason=\"not-known\"}")
        .contains("allocation_http_refusals_total{reason=\"missing-scope\"}");
  }
}
