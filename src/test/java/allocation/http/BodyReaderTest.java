package allocation.http;

import static allocation.given.Waiting.until;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.O1;
import static allocation.http.Examples.SKU;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bodies: how large they may be, how long they may take, and how they arrive. */
class BodyReaderTest {
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";

  private static final Logger LOG = LoggerFactory.getLogger(BodyReaderTest.class);

  @RegisterExtension static final HttpService service = new HttpService();

  @RegisterExtension
  static final HttpService patient =
      new HttpService(new GivenHttp().bodyTimeoutMs(60_000).settings());

  private static final int MOST_BYTES = 64 * 1024;

  /** Has room for one whole body. */
  @RegisterExtension
  static final HttpService tight =
      new HttpService(
          new GivenHttp().bodyLimits(MOST_BYTES, MOST_BYTES).bodyTimeoutMs(60_000).settings());

  @Test
  void a_body_that_is_declared_too_large_is_413_before_it_is_sent() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      Response response =
          client
              .send(RawClient.head("POST", "/v1/allocations", "Content-Length: 99999999999"))
              .receive();

      assertThat(response.status()).isEqualTo(413);
      assertThat(response.problem()).isEqualTo("content-too-large");
      assertThat(response.header("Connection")).contains("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void a_body_that_turns_out_too_large_is_413_although_the_client_still_sends() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      client.send(RawClient.head("POST", "/v1/allocations", "Transfer-Encoding: chunked"));
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
          RawClient.head(
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
      client.send(RawClient.head("POST", "/v1/allocations", "Content-Length: 60000"));
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
      Response response =
          client.send(RawClient.head("GET", "/health/live", "Content-Length: 10")).receive();

      assertThat(response.status()).isEqualTo(408);
    }
  }

  /** Guard: strangers, whom nobody asks who they are there, would keep callers out. */
  @ParameterizedTest
  @CsvSource({"POST, /nowhere, 404", "PUT, /v1/allocations, 405", "GET, /health/live, 200"})
  void a_body_that_nobody_wants_takes_no_room(String method, String target, int status)
      throws IOException {
    String head = RawClient.head(method, target, "Content-Length: " + MOST_BYTES);
    try (RawClient one = new RawClient(tight.port());
        RawClient other = new RawClient(tight.port())) {
      one.send(head + " ".repeat(MOST_BYTES - 1));
      other.send(head + " ".repeat(MOST_BYTES - 1));
      // By then most of both has been read.
      for (int i = 0; i < 5; i++) {
        assertThat(tight.get("/health/live").status()).isEqualTo(200);
      }

      assertThat(one.send(" ").receive().status()).isEqualTo(status);
      assertThat(other.send(" ").receive().status()).isEqualTo(status);
    }
  }

  @Test
  void a_client_that_asks_first_is_told_to_go_on_or_not_to() throws IOException {
    service.decides(accepted(LINE));
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          RawClient.head(
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
          RawClient.head(
              "POST", "/v1/allocations", "Expect: 100-continue", "Content-Length: 10000000"));

      assertThat(client.receive().status()).isEqualTo(413);
    }
  }

  @Test
  void a_malformed_chunk_ends_the_connection() throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      client.send(
          RawClient.head("POST", "/v1/allocations", "Transfer-Encoding: chunked") + "zz\r\n");

      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(service.commands).isEmpty();
  }

  @Test
  void all_bodies_together_have_room_up_to_a_bound_and_a_byte_more_is_told_to_come_again()
      throws IOException {
    int each = patient.settings().bodyLimitBytes();
    int most = patient.settings().bodiesLimitBytes();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < most / each; i++) {
      RawClient client = new RawClient(patient.port());
      clients.add(client);
      client
          .send(RawClient.head("POST", "/v1/allocations", "Content-Length: " + each))
          .send(" ".repeat(each - 1));
    }
    int left = clients.size();
    until("all has come", () -> blank(left + 1).status() == 503);

    Response refused = blank(left + 1);

    assertThat(refused.problem()).isEqualTo("busy");
    assertThat(refused.header("Retry-After")).contains("1");
    assertThat(blank(left).status()).as("just enough").isEqualTo(415);
    for (RawClient client : clients) {
      assertThat(client.send(" ").receive().status()).isEqualTo(415);
      client.close();
    }
    assertThat(blank(each).status()).as("what has its answer needs no room").isEqualTo(415);
    assertThat(patient.commands).isEmpty();
  }

  /** A body of so many bytes that nobody can read. */
  private static Response blank(int bytes) {
    try (RawClient client = new RawClient(patient.port())) {
      return client
          .send(RawClient.head("POST", "/v1/allocations", "Content-Length: " + bytes))
          .send(" ".repeat(bytes))
          .receive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_client_that_leaves_in_the_middle_of_a_body_harms_nobody() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (RawClient client = new RawClient(service.port())) {
        client.send(RawClient.head("POST", "/v1/allocations", "Content-Length: 100") + "{");
      }
    }
    service.decides(accepted(LINE));

    assertThat(service.post("/v1/allocations", LINE_BODY).status()).isEqualTo(201);
  }

  private static void drip(RawClient client) {
    try {
      client.send(" ");
    } catch (IOException closed) {
      LOG.debug("the server has closed", closed);
    }
  }
}
