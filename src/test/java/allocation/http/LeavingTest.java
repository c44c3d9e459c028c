package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that is about to stop: it serves, and sends its clients to others. */
class LeavingTest {
  /** Connections may be idle for longer than any client here waits for their end. */
  @RegisterExtension
  static final HttpService service = new HttpService(new GivenHttp().idleSeconds(60).settings());

  private static final String BODY = "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":12}";
  private static final String COMMAND =
      RawClient.head(
              "POST",
              "/v1/allocations",
              "Content-Type: application/json",
              "Content-Length: " + BODY.length())
          + BODY;

  @Test
  void is_not_ready_and_says_why() {
    service.isLeaving();

    Response response = service.get("/health/ready");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.text())
        .isEqualTo(
            "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"node\",\"status\":\"DOWN\","
                + "\"required\":true,\"state\":\"leaving\"}]}");
  }

  @Test
  void lives_until_it_has_stopped() {
    service.isLeaving();

    assertThat(service.get("/health/live").status()).isEqualTo(200);
  }

  @Test
  void answers_and_closes_the_connection_so_that_the_next_request_goes_elsewhere()
      throws IOException {
    service.decides(Examples.accepted(Examples.LINE));
    try (RawClient client = new RawClient(service.port())) {
      service.isLeaving();

      Response response = client.send(COMMAND).receive();

      assertThat(response.status()).isEqualTo(201);
      assertThat(response.header("Connection")).contains("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void carries_nothing_out_that_came_behind_what_it_answered_last() throws IOException {
    service.decides(Examples.accepted(Examples.LINE));
    try (RawClient client = new RawClient(service.port())) {
      service.isLeaving();

      assertThat(client.send(COMMAND + COMMAND).receive().status()).isEqualTo(201);

      assertThat(client.isClosedByServer()).isTrue();
      assertThat(service.commands).hasSize(1);
    }
  }

  @Test
  void closes_it_after_a_refusal_too() throws IOException {
    service.isLeaving();
    try (RawClient client = new RawClient(service.port())) {
      Response response = client.send(RawClient.head("GET", "/no/such/place")).receive();

      assertThat(response.status()).isEqualTo(404);
      assertThat(response.header("Connection")).contains("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void keeps_connections_as_long_as_it_stays() throws IOException {
    service.decides(Examples.accepted(Examples.LINE));
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(COMMAND).receive().header("Connection")).isEmpty();
      assertThat(client.send(COMMAND).receive().status()).isEqualTo(201);
    }
  }
}
