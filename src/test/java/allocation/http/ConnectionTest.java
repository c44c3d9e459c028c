package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Command;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection lives through, and what ends it. */
class ConnectionTest {
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";

  @RegisterExtension static final HttpService service = new HttpService();

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
                RawClient.head(
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
      assertThat(client.send(RawClient.head("GET", "/nothing")).receive().status()).isEqualTo(404);
      assertThat(client.send(RawClient.head("GET", "/v1/batches")).receive().status())
          .isEqualTo(405);
      String json = "Content-Type: application/json";
      client.send(RawClient.head("POST", "/v1/allocations", json, "Content-Length: 2") + "{}");
      assertThat(client.receive().status()).isEqualTo(400);
      client.send(RawClient.head("POST", "/v1/allocations", "Content-Length: 2") + "{}");
      assertThat(client.receive().status()).isEqualTo(415);
      client.send(
          RawClient.head("POST", "/v1/allocations", json, "Content-Length: " + LINE_BODY.length())
              + LINE_BODY);
      assertThat(client.receive().status()).isEqualTo(201);
    }
  }

  @Test
  void a_request_line_or_headers_that_are_too_long_are_refused_as_problems() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(RawClient.head("GET", "/" + "x".repeat(10_000))).receive();

      assertThat(response.status()).isEqualTo(414);
      assertThat(response.problem()).isEqualTo("uri-too-long");
    }
    try (RawClient client = new RawClient(service.port())) {
      Response response =
          client.send(RawClient.head("GET", "/", "X-Long: " + "x".repeat(20_000))).receive();

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET /health/live HTTP/1.1            | 400 | invalid-request
          GET /health/live HTTP/1.1~Host: a b  | 400 | invalid-request
          GET ?x=1 HTTP/1.1~Host: x            | 400 | invalid-request
          OPTIONS * HTTP/1.1~Host: x           | 404 | not-found
          """)
  void a_request_without_a_host_or_a_path_is_refused_as_a_problem(
      String head, int status, String problem) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(head.replace("~", "\r\n") + "\r\n\r\n").receive();

      assertThat(response.status()).isEqualTo(status);
      assertThat(response.problem()).isEqualTo(problem);
      assertThat(response.header("X-Correlation-Id")).isPresent();
    }
  }

  @Test
  void an_answer_without_content_has_no_length() throws IOException {
    service.decides(accepted(Examples.RELEASE));
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(RawClient.head("DELETE", "/v1/allocations/o/s")).receive();

      assertThat(response.status()).isEqualTo(204);
      assertThat(response.header("Content-Length")).isEmpty();
      assertThat(client.send(RawClient.head("GET", "/health/live")).receive().status())
          .isEqualTo(200);
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
}
