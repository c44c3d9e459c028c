package allocation.http;

import static allocation.given.Waiting.until;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More clients, or slower ones, than a node has places for. */
class CrowdTest {
  private static final int CONNECTIONS = 12;
  private static final int PLACES = 4;
  private static final int IDLE_SECONDS = 3;

  @RegisterExtension
  static final HttpService service =
      new HttpService(
          new GivenHttp()
              .idleSeconds(IDLE_SECONDS)
              .retryAfterSeconds(7)
              .connections(CONNECTIONS)
              .places(PLACES)
              .settings());

  private final List<Message<?>> waiting = new CopyOnWriteArrayList<>();
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void letThemWait() {
    service.handles(waiting::add);
    service.reads(waiting::add);
  }

  @AfterEach
  void everybodyGoes() throws IOException {
    waiting.forEach(message -> message.fail(3, "the test is over"));
    for (RawClient client : clients) {
      client.close();
    }
    until("all have gone", () -> open() == 0);
  }

  @Test
  void a_connection_at_the_bound_is_served_and_one_past_it_is_closed() throws IOException {
    double before = refused();
    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(isServed(connect())).isTrue();
    }

    assertThat(connect().isClosedByServer()).isTrue();

    assertThat(refused()).isEqualTo(before + 1);
    clients.getFirst().close();
    until("its place is free", () -> open() < CONNECTIONS);
    assertThat(isServed(connect())).isTrue();
  }

  @Test
  void a_request_past_the_bound_is_told_to_come_back_and_the_connection_stays() throws IOException {
    fill();
    RawClient late = connect();

    Response refused = late.send(allocate("RUG")).receive();

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.problem()).isEqualTo("busy");
    assertThat(refused.header("Retry-After")).contains("7");
    assertThat(turnedAway()).isPositive();
    assertThat(late.send(RawClient.head("GET", "/v1/products/RUG")).receive().status())
        .as("a question")
        .isEqualTo(503);
    assertThat(
            service
                .post(
                    "/v1/allocations/bulk",
                    "{\"lines\":[{\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":1}]}")
                .status())
        .as("many lines, as the contract has it")
        .isEqualTo(503);
    Response original = service.post("/allocate", "{\"orderid\":\"o\",\"sku\":\"s\",\"qty\":1}");
    assertThat(original.status()).as("the original's clients").isEqualTo(503);
    assertThat(original.json().path("message").asText())
        .isEqualTo("Nothing was written; send it again");
    assertThat(original.header("X-Correlation-Id"))
        .contains(original.json().path("correlationId").asText());
    assertThat(isServed(late)).as("what an operator asks").isTrue();
    waiting.getFirst().reply(done());
    clients.getFirst().receive();
    service.decides(accepted(LINE));
    assertThat(late.send(allocate("RUG")).receive().status()).isEqualTo(201);
  }

  @Test
  void who_comes_back_at_once_waits_for_the_next_refusal_and_not_for_a_place() throws IOException {
    fill();
    RawClient hasty = connect();
    long begun = System.nanoTime();
    // In one piece, so that each of them is there when the one before it is answered.
    hasty.send(allocate("RUG").repeat(4));
    for (int i = 0; i < 4; i++) {
      assertThat(hasty.receive().status()).isEqualTo(503);
    }

    // Each of the three after the first was told a pause after the one before, or came that late.
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isGreaterThan(Duration.ofMillis(3 * Haste.SHORTEST_PAUSE));

    waiting.getFirst().reply(done());
    clients.getFirst().receive();
    service.decides(accepted(LINE));
    assertThat(hasty.send(allocate("RUG")).receive().status()).isEqualTo(201);
  }

  @Test
  void who_goes_while_its_refusal_is_held_back_is_forgotten_with_all_it_has_sent()
      throws IOException {
    fill();
    double before = turnedAway();
    RawClient gone = connect();
    RawClient hasty = connect();
    gone.send(allocate("RUG").repeat(4)).receive();
    until("the next refusal is held back", () -> turnedAway() >= before + 2);

    gone.close();
    until("it is gone", () -> open() == PLACES + 1);
    double sinceThen = turnedAway();

    // As many, and later, so that what was held back for the other is over before these are told.
    hasty.send(allocate("RUG").repeat(4));
    for (int i = 0; i < 4; i++) {
      assertThat(hasty.receive().status()).isEqualTo(503);
    }
    assertThat(turnedAway()).as("nothing of the one that is gone").isEqualTo(sinceThen + 4);
    waiting.getFirst().reply(done());
    clients.getFirst().receive();
    service.decides(accepted(LINE));
    assertThat(hasty.send(allocate("RUG")).receive().status()).isEqualTo(201);
  }

  @Test
  void one_sku_may_have_half_of_the_places() throws IOException {
    for (int i = 0; i < PLACES / 2; i++) {
      connect().send(allocate("HOT"));
    }
    until("they wait", () -> waiting.size() == PLACES / 2);

    Response refused = connect().send(allocate("HOT")).receive();
    RawClient other = connect().send(allocate("COLD"));

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.problem()).isEqualTo("busy");
    until("another SKU is taken", () -> waiting.size() == PLACES / 2 + 1);
    Message<?> last = waiting.getLast();
    assertThat(last.body())
        .isInstanceOfSatisfying(
            CommandMessage.class, command -> assertThat(command.sku().value()).isEqualTo("COLD"));
    last.reply(done());
    assertThat(other.receive().status()).isEqualTo(201);
  }

  @Test
  void those_who_only_ask_may_have_half_of_the_places() throws IOException {
    String question = RawClient.head("GET", "/v1/products/RUG");

    halfIsTakenBy(question);

    assertThat(connect().send(RawClient.head("GET", "/v1/batches/b1")).receive().status())
        .as("whatever they ask")
        .isEqualTo(503);
    service.decides(accepted(LINE));
    assertThat(connect().send(allocate("RUG")).receive().status()).isEqualTo(201);
  }

  @Test
  void those_who_send_in_bulk_may_have_half_of_the_places() throws IOException {
    String body = "{\"lines\":[{\"orderId\":\"o1\",\"sku\":\"RUG\",\"quantity\":1}]}";

    halfIsTakenBy(post("/v1/allocations/bulk", body));

    service.decides(accepted(LINE));
    assertThat(connect().send(allocate("RUG")).receive().status()).isEqualTo(201);
  }

  /** As many wait as may, and one more is refused. */
  private void halfIsTakenBy(String request) throws IOException {
    for (int i = 0; i < PLACES / 2; i++) {
      connect().send(request);
    }
    until("they wait", () -> waiting.size() == PLACES / 2);

    Response refused = connect().send(request).receive();

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.problem()).isEqualTo("busy");
    assertThat(waiting).hasSize(PLACES / 2);
  }

  @Test
  void a_place_is_free_again_however_its_request_ended() throws IOException {
    String json = "Content-Type: application/json";
    List<String> ends =
        List.of(
            RawClient.head("POST", "/v1/allocations", json, "Content-Length: 2") + "{}",
            RawClient.head("POST", "/v1/allocations", "Content-Length: 2") + "{}",
            RawClient.head("POST", "/v1/allocations", json, "Content-Length: 99999999"),
            RawClient.head("POST", "/v1/allocations", json, "Content-Length: 9") + "{}",
            RawClient.head("DELETE", "/v1/allocations/%00/s"),
            RawClient.head("GET", "/v1/products/none"));
    for (int round = 0; round < PLACES; round++) {
      for (String end : ends) {
        try (RawClient client = new RawClient(service.port())) {
          client.send(end).receive();
        }
      }
      // Gone before the end of its body, and before its answer.
      new RawClient(service.port()).send(ends.get(3)).close();
      new RawClient(service.port()).send(allocate("GONE")).close();
    }
    until("those that are gone have asked", () -> waiting.size() >= PLACES / 2);
    waiting.forEach(message -> message.fail(3, "nobody listens"));
    waiting.clear();
    until("nobody is there", () -> open() == 0);

    fill();

    assertThat(waiting).hasSize(PLACES);
  }

  @Test
  void who_drips_a_body_takes_no_place() throws IOException {
    service.decides(accepted(LINE));
    for (int i = 0; i < 2 * PLACES; i++) {
      String whole = allocate("SLOW");
      connect().send(whole.substring(0, whole.length() - 5));
    }
    until("they are there", () -> open() == 2 * PLACES);

    assertThat(connect().send(allocate("LAMP")).receive().status()).isEqualTo(201);
  }

  @Test
  void who_drips_a_head_is_cut_off_and_nobody_else_is() throws IOException {
    RawClient slow = connect();
    RawClient asking = connect();
    slow.send("GET /health/live HTTP/1.1\r\nX-Slow: ");
    until("both are there", () -> open() == 2);

    long drip = service.vertx().setPeriodic(200, tick -> drip(slow));
    try {
      until("it is cut off", () -> isServed(asking) && open() == 1);
    } finally {
      service.vertx().cancelTimer(drip);
    }

    assertThat(isServed(asking)).isTrue();
  }

  private static void drip(RawClient slow) {
    try {
      slow.send("x");
    } catch (IOException e) {
      // Which is what the test waits for.
    }
  }

  /** Every place is taken, by two SKUs. */
  private void fill() throws IOException {
    for (int i = 0; i < PLACES; i++) {
      connect().send(allocate(i % 2 == 0 ? "LAMP" : "SOFA"));
    }
    until("all places are taken", () -> waiting.size() == PLACES);
  }

  private RawClient connect() throws IOException {
    RawClient client = new RawClient(service.port());
    clients.add(client);
    return client;
  }

  private static boolean isServed(RawClient client) {
    try {
      return client.send(RawClient.head("GET", "/health/live")).receive().status() == 200;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String allocate(String sku) {
    return post("/v1/allocations", "{\"orderId\":\"o1\",\"sku\":\"" + sku + "\",\"quantity\":1}");
  }

  private static String post(String target, String body) {
    return RawClient.head(
            "POST", target, "Content-Type: application/json", "Content-Length: " + body.length())
        + body;
  }

  private static CommandReply done() {
    return new CommandReply(0, HttpService.POSITION, accepted(LINE));
  }

  private static double open() {
    return service.metrics.get("allocation.http.connections").gauge().value();
  }

  private static double turnedAway() {
    return service
        .metrics
        .get("allocation.http.refusals")
        .tag("reason", "too-busy")
        .counter()
        .count();
  }

  private static double refused() {
    return service.metrics.get("allocation.http.connections.refused").counter().count();
  }
}
