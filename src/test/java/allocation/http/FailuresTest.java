package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.Gate;
import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CurrentPlacement;
import allocation.bus.View;
import allocation.wire.WireCodec;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FailuresTest {
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";

  @RegisterExtension
  static final HttpService service =
      new HttpService(
          new GivenHttp()
              .answerTimeoutMs(200)
              .bodyTimeoutMs(2_000)
              .retryAfterSeconds(7)
              .settings());

  @Test
  void a_busy_handler_is_503_and_nothing_was_written() {
    service.handles(message -> CommandFailure.BUSY.reply(message, "the queue is full"));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("busy");
    assertThat(response.header("Retry-After")).contains("7");
    assertThat(response.text()).doesNotContain("queue");
  }

  @Test
  void an_unknown_outcome_is_503_and_says_so() {
    service.handles(message -> CommandFailure.UNKNOWN.reply(message, "the connection died"));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("outcome-unknown");
    assertThat(response.header("Retry-After")).contains("7");
    assertThat(response.json().path("detail").asText()).contains("not known to be recorded");
  }

  @Test
  void a_handler_that_does_not_answer_leaves_the_outcome_unknown() {
    service.handles(message -> {});

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("outcome-unknown");
  }

  @Test
  void a_handler_that_throws_leaves_the_outcome_unknown() {
    service.handles(message -> message.fail(-1, "a NullPointerException, secret=swordfish"));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("outcome-unknown");
    assertThat(response.text()).doesNotContain("swordfish");
  }

  @Test
  void an_internal_failure_is_500_without_our_insides() {
    service.handles(message -> CommandFailure.INTERNAL.reply(message, "secret=swordfish"));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.problem()).isEqualTo("internal");
    assertThat(response.text()).doesNotContain("swordfish");
  }

  @Test
  void an_endpoint_that_throws_is_500_without_our_insides() {
    service.shows(new View.Unknown());

    Response response = service.get("/v1/products");

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.problem()).isEqualTo("internal");
    assertThat(response.text()).doesNotContain("Unknown", "Exception");
  }

  @Test
  void a_ref_that_cannot_be_looked_up_is_busy_since_nothing_was_sent() {
    service.batchesBelongTo(ask -> {
      throw new IllegalStateException("the directory is away");
    });

    Response response = service.patch("/v1/batches/b1", "{\"quantity\":5}");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("busy");
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_read_model_that_does_not_answer_is_503() {
    service.reads(message -> {});

    Response response = service.get("/v1/products");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("view-unavailable");
    assertThat(response.header("Retry-After")).contains("7");
  }

  @Test
  void a_busy_read_model_is_503() {
    service.reads(message -> CommandFailure.BUSY.reply(message, "the pool is full"));

    Response response = service.get("/v1/products");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("busy");
  }

  @Test
  void a_read_model_that_fails_is_500() {
    service.reads(message -> message.fail(-1, "secret=swordfish"));

    Response response = service.get("/v1/products");

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.text()).doesNotContain("swordfish");
  }

  @Test
  void without_an_owner_of_the_shard_it_is_busy_and_without_a_read_model_unavailable()
      throws Exception {
    Vertx vertx = Vertx.vertx();
    try (HttpClient client = HttpClient.newHttpClient()) {
      WireCodec.register(vertx.eventBus());
      HttpVerticle verticle =
          new HttpVerticle(
              HttpService.SETTINGS,
              HttpService.SHARDS,
              CurrentPlacement.alone(),
              Clock.systemUTC(),
              new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
              () -> Future.succeededFuture(List.of()),
              Gate.of(allocation.access.Settings.OFF));
      await(vertx.deployVerticle(verticle));
      String base = "http://127.0.0.1:" + verticle.port();

      Response command =
          send(
              client,
              HttpRequest.newBuilder(URI.create(base + "/v1/allocations"))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(LINE_BODY)));
      Response query = send(client, HttpRequest.newBuilder(URI.create(base + "/v1/products")));

      assertThat(command.status()).isEqualTo(503);
      assertThat(command.problem()).isEqualTo("busy");
      assertThat(query.status()).isEqualTo(503);
      assertThat(query.problem()).isEqualTo("view-unavailable");
    } finally {
      await(vertx.close());
    }
  }

  @Test
  void the_correlation_id_of_the_caller_goes_with_the_command_and_comes_back() {
    service.decides(accepted(LINE));

    Response response = service.post("/v1/allocations", LINE_BODY, "X-Correlation-Id", "c-17!");

    assertThat(response.header("X-Correlation-Id")).contains("c-17!");
    assertThat(service.commands).extracting(CommandMessage::correlationId).containsExactly("c-17!");
  }

  @Test
  void a_missing_or_unfit_correlation_id_is_made_new() {
    service.decides(accepted(LINE));

    Response missing = service.post("/v1/allocations", LINE_BODY);
    Response tooLong =
        service.post("/v1/allocations", LINE_BODY, "X-Correlation-Id", "x".repeat(101));
    Response blank = service.post("/v1/allocations", LINE_BODY, "X-Correlation-Id", "a b");

    List<String> ids =
        List.of(missing, tooLong, blank).stream()
            .map(response -> response.header("X-Correlation-Id").orElseThrow())
            .toList();
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.length() <= 100 && !id.contains("x"));
    assertThat(service.commands)
        .extracting(CommandMessage::correlationId)
        .containsExactlyElementsOf(ids);
  }

  @Test
  void a_problem_carries_the_correlation_id() {
    Response response = service.get("/v1/nothing", "X-Correlation-Id", "c-18");

    assertThat(response.header("X-Correlation-Id")).contains("c-18");
    assertThat(response.json().path("correlationId").asText()).isEqualTo("c-18");
  }

  @Test
  void the_deadline_of_a_command_is_when_its_caller_gives_up() {
    service.decides(accepted(LINE));

    service.post("/v1/allocations", LINE_BODY);

    assertThat(service.commands.getFirst().deadline())
        .isBefore(Clock.systemUTC().instant().plusMillis(201));
  }

  private static Response send(HttpClient client, HttpRequest.Builder request) throws Exception {
    return Response.of(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
