package allocation.http;

import static allocation.given.Waiting.until;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of the body of a request that found every place taken. */
class BodiesInACrowdTest {
  private static final String JSON = "Content-Type: application/json";
  private static final String BODY = "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":1}";

  /** For one body, and for all together. */
  private static final int MOST_BYTES = 64 * 1024;

  @RegisterExtension
  static final HttpService service =
      new HttpService(
          new GivenHttp()
              .places(1)
              .answerTimeoutMs(20_000)
              .idleSeconds(60)
              .bodyLimits(MOST_BYTES, MOST_BYTES)
              .bodyTimeoutMs(60_000)
              .settings());

  private final List<Message<CommandMessage>> waiting = new CopyOnWriteArrayList<>();
  private RawClient first;

  @BeforeEach
  void somebodyHasThePlace() throws IOException {
    service.handles(waiting::add);
    first = new RawClient(service.port());
    first.send(RawClient.head("POST", "/v1/allocations", JSON, length(BODY.length())) + BODY);
    until("it waits", () -> waiting.size() == 1);
  }

  @AfterEach
  void theyGo() throws IOException {
    waiting.forEach(message -> message.fail(3, "the test is over"));
    first.close();
  }

  @Test
  void it_is_awaited_takes_no_room_and_leaves_the_connection_as_it_was() throws IOException {
    try (RawClient one = toldToGoOn();
        RawClient other = toldToGoOn()) {
      String allButOne = " ".repeat(MOST_BYTES - 1);
      one.send(allButOne);
      other.send(allButOne);
      waiting.getFirst().reply(new CommandReply(0, HttpService.POSITION, accepted(LINE)));
      assertThat(first.receive().status()).isEqualTo(201);
      service.decides(accepted(LINE));

      assertThat(service.post("/v1/allocations", BODY).status()).isEqualTo(201);

      for (RawClient late : List.of(one, other)) {
        assertThat(late.send(" ").receive().status()).isEqualTo(503);
        late.send(RawClient.head("GET", "/health/live"));
        assertThat(late.receive().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void one_that_is_too_large_is_told_so_and_ends_the_connection() throws IOException {
    try (RawClient late = new RawClient(service.port())) {
      late.send(RawClient.head("POST", "/v1/allocations", JSON, length(MOST_BYTES + 1)));

      assertThat(late.receive().status()).isEqualTo(413);
      assertThat(late.isClosedByServer()).isTrue();
    }
  }

  /** One whose body is on its way. */
  private static RawClient toldToGoOn() throws IOException {
    RawClient client = new RawClient(service.port());
    client.send(
        RawClient.head(
            "POST", "/v1/allocations", JSON, "Expect: 100-continue", length(MOST_BYTES)));
    assertThat(client.receive().status()).isEqualTo(100);
    return client;
  }

  private static String length(int bytes) {
    return "Content-Length: " + bytes;
  }
}
