package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.O1;
import static allocation.http.Examples.SKU;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP itself: what is refused before any endpoint is asked, and what connections live through. */
class ProtocolTest {
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";

  private static final Logger LOG = LoggerFactory.getLogger(ProtocolTest.class);

  @RegisterExtension static final HttpService service = new HttpService();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1",
        "/v1/",
        "/v2/batches",
        "/v1/batches/b1/lines",
        "/V1/batches",
        "/v1//batches",
        "/v1/orders/o1",
        "/nothing",
        "/docs/secret.txt",
        "/docs/..%2Fopenapi.yaml",
        "/%76%31"
      })
  void an_unknown_address_is_404(String target) {
    Response response = service.get(target);

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("not-found");
    assertThat(response.mediaType()).isEqualTo("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET     | /v1/batches                 | POST
          DELETE  | /v1/batches/b1              | PATCH, GET, HEAD
          PUT     | /v1/allocations             | POST
          GET     | /v1/allocations/bulk        | POST
          POST    | /v1/allocations/o1/s        | DELETE
          POST    | /v1/products                | GET, HEAD
          OPTIONS | /v1/products/s              | GET, HEAD
          GET     | /add_batch                  | POST
          POST    | /allocations/o1             | GET, HEAD
          BREW    | /health/live                | GET, HEAD
          """)
  void another_method_is_405_and_names_those_that_are_allowed(
      String method, String target, String allowed) {
    Response response = service.call(method, target, new byte[0]);

    assertThat(response.status()).isEqualTo(405);
    assertThat(response.problem()).isEqualTo("method-not-allowed");
    assertThat(response.header("Allow")).contains(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/problem+json",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "text/json",
        "json",
        ""
      })
  void a_body_that_is_said_to_be_something_else_is_415(String type) {
    Response response =
        service.call("POST", "/v1/allocations", bytes(LINE_BODY), "Content-Type", type);

    assertThat(response.status()).isEqualTo(415);
    assertThat(response.problem()).isEqualTo("unsupported-media-type");
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_body_of_no_said_type_is_415_and_no_body_at_all_is_400() {
    Response untyped = service.call("POST", "/v1/allocations", bytes(LINE_BODY));
    Response empty = service.call("POST", "/v1/allocations", new byte[0]);

    assertThat(untyped.status()).isEqualTo(415);
    assertThat(empty.status()).isEqualTo(400);
    assertThat(empty.fields()).containsExactly("body");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json ; v=1"
      })
  void json_is_taken_in_every_spelling_of_its_type(String type) {
    service.decides(accepted(LINE));

    Response response =
        service.call("POST", "/v1/allocations", bytes(LINE_BODY), "Content-Type", type);

    assertThat(response.status()).isEqualTo(201);
  }

  @Test
  void a_packed_body_is_415() {
    Response response = service.post("/v1/allocations", LINE_BODY, "Content-Encoding", "gzip");

    assertThat(response.status()).isEqualTo(415);
  }

  @Test
  void a_body_that_is_declared_too_large_is_413_before_it_is_sent() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      Response response =
          client.send(head("POST", "/v1/allocations", "Content-Length: 99999999999")).receive();

      assertThat(response.status()).isEqualTo(413);
      assertThat(response.problem()).isEqualTo("content-too-large");
      assertThat(response.header("Connection")).contains("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void a_body_that_turns_out_too_large_is_413_although_the_client_still_sends() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      client.send(head("POST", "/v1/allocations", "Transfer-Encoding: chunked"));
      String chunk = "1000\r\n" + "x".repeat(0x1000) + "\r\n";
      for (int i = 0; i < 64; i++) {
        client.send(chunk);
      }

      Response response = client.receive();

      assertThat(response.status()).isEqualTo(413);
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_body_of_exactly_the_limit_is_read() {
    String body = " ".repeat(service.settings().bodyLimitBytes() - LINE_BODY.length()) + LINE_BODY;
    service.decides(accepted(LINE));

    assertThat(service.post("/v1/allocations", body).status()).isEqualTo(201);
    assertThat(service.post("/v1/allocations", " " + body).status()).isEqualTo(413);
  }

  @Test
  void a_body_that_comes_in_many_chunks_is_put_together() throws IOException {
    service.decides(accepted(LINE));
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          head(
              "POST",
              "/v1/allocations",
              "Content-Type: application/json",
              "Transfer-Encoding: chunked"));
      for (int i = 0; i < LINE_BODY.length(); i++) {
        client.send("1\r\n" + LINE_BODY.charAt(i) + "\r\n");
      }

      Response response = client.send("0\r\n\r\n").receive();

      assertThat(response.status()).isEqualTo(201);
      assertThat(service.commands)
          .extracting(CommandMessage::command)
          .containsExactly(new Command.Allocate(O1, SKU, 2));
    }
  }

  @Test
  void a_body_that_drips_past_its_deadline_is_408() throws Exception {
    try (RawClient client = new RawClient(service.port())) {
      client.send(head("POST", "/v1/allocations", "Content-Length: 60000"));
      long drip = service.vertx().setPeriodic(20, tick -> drip(client));

      Response response = client.receive();

      assertThat(response.status()).isEqualTo(408);
      assertThat(response.problem()).isEqualTo("request-timeout");
      assertThat(response.header("Connection")).contains("close");
      service.vertx().cancelTimer(drip);
    }
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_body_that_nobody_wants_has_the_same_deadline() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(head("GET", "/health/live", "Content-Length: 10")).receive();

      assertThat(response.status()).isEqualTo(408);
    }
  }

  @Test
  void a_client_that_asks_first_is_told_to_go_on_or_not_to() throws IOException {
    service.decides(accepted(LINE));
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          head(
              "POST",
              "/v1/allocations",
              "Content-Type: application/json",
              "Expect: 100-continue",
              "Content-Length: " + LINE_BODY.length()));

      assertThat(client.receive().status()).isEqualTo(100);
      assertThat(client.send(LINE_BODY).receive().status()).isEqualTo(201);
    }
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          head("POST", "/v1/allocations", "Expect: 100-continue", "Content-Length: 10000000"));

      assertThat(client.receive().status()).isEqualTo(413);
    }
  }

  @Test
  void pipelined_requests_are_answered_in_order() throws IOException {
    service.handles(message -> {
      // The later, the sooner: order must not come from the handler.
      Command.Allocate line = (Command.Allocate) message.body().command();
      service
          .vertx()
          .setTimer(
              110 - 10L * line.quantity(),
              fired -> message.fail(line.quantity() % 2 + 1, "as it was asked for"));
    });
    try (RawClient client = new RawClient(service.port())) {
      StringBuilder requests = new StringBuilder();
      for (int i = 1; i <= 10; i++) {
        String body = "{\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":" + i + "}";
        requests
            .append(
                head(
                    "POST",
                    "/v1/allocations",
                    "Content-Type: application/json",
                    "X-Correlation-Id: c" + i,
                    "Content-Length: " + body.length()))
            .append(body);
      }
      client.send(requests.toString());

      for (int i = 1; i <= 10; i++) {
        assertThat(client.receive().header("X-Correlation-Id")).contains("c" + i);
      }
    }
  }

  @Test
  void a_connection_survives_refused_requests() throws IOException {
    service.decides(accepted(LINE));
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(head("GET", "/nothing")).receive().status()).isEqualTo(404);
      assertThat(client.send(head("GET", "/v1/batches")).receive().status()).isEqualTo(405);
      String json = "Content-Type: application/json";
      client.send(head("POST", "/v1/allocations", json, "Content-Length: 2") + "{}");
      assertThat(client.receive().status()).isEqualTo(400);
      client.send(head("POST", "/v1/allocations", "Content-Length: 2") + "{}");
      assertThat(client.receive().status()).isEqualTo(415);
      client.send(
          head("POST", "/v1/allocations", json, "Content-Length: " + LINE_BODY.length())
              + LINE_BODY);
      assertThat(client.receive().status()).isEqualTo(201);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/batches/%zz        | 400
          /v1/batches/%          | 400
          /v1/batches/%4         | 400
          /v1/batches/a b        | 400
          /v1/batches/\u00fc     | 400
          /v1/products?limit=%4  | 400
          /v1/products?%zz=1     | 400
          *                      | 404
          /v1/batches/..         | 400
          """)
  void a_target_that_no_client_would_send_is_refused(String target, int status) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(head("GET", target)).receive().status()).isEqualTo(status);
    }
    assertThat(service.queries).isEmpty();
  }

  @Test
  void a_request_line_or_headers_that_are_too_long_are_refused_as_problems() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(head("GET", "/" + "x".repeat(10_000))).receive();

      assertThat(response.status()).isEqualTo(414);
      assertThat(response.problem()).isEqualTo("uri-too-long");
    }
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(head("GET", "/", "X-Long: " + "x".repeat(20_000))).receive();

      assertThat(response.status()).isEqualTo(431);
      assertThat(response.problem()).isEqualTo("headers-too-large");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "POST /v1/allocations HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /v1/allocations HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/allocations HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n"
      })
  void what_is_not_http_is_400_and_the_connection_is_closed(String text) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(text).receive().status()).isEqualTo(400);
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_malformed_chunk_ends_the_connection() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      client.send(head("POST", "/v1/allocations", "Transfer-Encoding: chunked") + "zz\r\n");

      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_client_that_leaves_in_the_middle_of_a_body_harms_nobody() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (RawClient client = new RawClient(service.port())) {
        client.send(head("POST", "/v1/allocations", "Content-Length: 100") + "{");
      }
    }
    service.decides(accepted(LINE));

    assertThat(service.post("/v1/allocations", LINE_BODY).status()).isEqualTo(201);
  }

  @Test
  void an_unprintable_idempotency_key_or_a_second_one_is_refused() throws IOException {
    for (String keys :
        new String[] {"Idempotency-Key: \u00fc", "Idempotency-Key: a\r\nIdempotency-Key: b"}) {
      try (RawClient client = new RawClient(service.port())) {
        Response response = client.send(head("DELETE", "/v1/allocations/o/s", keys)).receive();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.fields()).containsExactly("Idempotency-Key");
      }
    }
    assertThat(service.commands).isEmpty();
  }

  @Test
  void an_answer_without_content_has_no_length() throws IOException {
    service.decides(accepted(Examples.RELEASE));
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(head("DELETE", "/v1/allocations/o/s")).receive();

      assertThat(response.status()).isEqualTo(204);
      assertThat(response.header("Content-Length")).isEmpty();
      assertThat(client.send(head("GET", "/health/live")).receive().status()).isEqualTo(200);
    }
  }

  @Test
  void many_requests_at_once_are_all_answered() {
    service.decides(accepted(LINE));

    assertThat(
            IntStream.range(0, 200)
                .parallel()
                .map(i -> service.post("/v1/allocations", LINE_BODY).status()))
        .containsOnly(201);
  }

  private static void drip(RawClient client) {
    try {
      client.send(" ");
    } catch (IOException closed) {
      LOG.debug("the server has closed", closed);
    }
  }

  private static String head(String method, String target, String... headers) {
    return "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
        .formatted(
            method, target, headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
