package allocation.http;

import static allocation.given.Waiting.until;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static allocation.http.Examples.refused;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.Scope;
import allocation.bus.CommandFailure;
import allocation.domain.BatchRef;
import allocation.domain.Refusal;
import allocation.given.Issuer;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** Who told the service what is written down. */
class AuditTest {
  @RegisterExtension
  static final HttpService service = new HttpService(HttpService.SETTINGS, Callers.gate());

  /** With one place for each SKU. */
  @RegisterExtension
  static final HttpService crowded =
      new HttpService(new GivenHttp().places(2).settings(), Callers.gate());

  @RegisterExtension static final HttpService open = new HttpService();

  private final Logger logger = (Logger) LoggerFactory.getLogger("allocation.audit");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
    log.start();
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  @Test
  void a_command_is_one_line_with_caller_subject_outcome_and_correlation_id() {
    service.decides(accepted(LINE));

    send("POST", "/v1/allocations", "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":2}");

    assertThat(said())
        .containsExactly(
            "caller=key:all command=Allocate orderId=\"o1\" sku=\"LAMP\" quantity=2"
                + " outcome=accepted correlationId=c-1");
  }

  @Test
  void a_new_batch_is_told_with_its_eta() {
    service.decides(refused(new Refusal.BatchExistsWithOtherContent(new BatchRef("b1"))));

    send(
        "POST",
        "/v1/batches",
        "{\"ref\":\"b1\",\"sku\":\"LAMP\",\"quantity\":2,\"eta\":\"2027-01-31\"}");
    send("POST", "/v1/batches", "{\"ref\":\"b1\",\"sku\":\"LAMP\",\"quantity\":2}");

    assertThat(said())
        .satisfiesExactly(
            late -> assertThat(late).contains(" quantity=2 eta=2027-01-31 outcome=refused:"),
            here -> assertThat(here).contains(" quantity=2 eta=none outcome=refused:"));
  }

  @Test
  void who_finds_no_place_is_not_worth_a_line() throws IOException {
    crowded.handles(message -> {});
    String line = "{\"orderId\":\"o1\",\"sku\":\"HOT\",\"quantity\":2}";
    String request =
        RawClient.head(
                "POST",
                "/v1/allocations",
                "Authorization: Bearer " + Callers.ALL.key(),
                "Content-Type: application/json",
                "Content-Length: " + line.length())
            + line;
    try (RawClient first = new RawClient(crowded.port());
        RawClient second = new RawClient(crowded.port())) {
      first.send(request);
      until("it waits", () -> crowded.commands.size() == 1);

      assertThat(second.send(request).receive().status()).isEqualTo(503);

      assertThat(said()).isEmpty();
    }
  }

  @Test
  void the_log_of_requests_names_the_caller_too() {
    Logger requests = (Logger) LoggerFactory.getLogger(Front.class);
    requests.setLevel(Level.DEBUG);
    requests.addAppender(log);
    try {
      send("POST", "/v1/allocations", "{}");
      service.get("/v1/products?limit=0");
      // It is written when the answer is on its way.
      until("both are written", () -> log.list.size() >= 2);
    } finally {
      requests.detachAppender(log);
      requests.setLevel(null);
    }

    assertThat(said())
        .anySatisfy(line -> assertThat(line).contains("status=400").contains("caller=key:all "))
        .anySatisfy(line -> assertThat(line).contains("status=401").contains("caller=nobody "));
  }

  @Test
  void a_refusal_and_a_failure_say_what_they_are() {
    service.decides(refused(new Refusal.NoStock(3, 5)));
    send("POST", "/allocate", "{\"orderid\":\"o1\",\"sku\":\"LAMP\",\"qty\":2}");
    service.handles(message -> CommandFailure.UNKNOWN.reply(message, "away"));
    send("PATCH", "/v1/batches/b1", "{\"quantity\":0,\"eta\":null}");
    service.batchesBelongTo(ask -> Optional.empty());
    send("PATCH", "/v1/batches/b1", "{\"eta\":\"2027-01-31\"}");

    assertThat(said())
        .containsExactly(
            "caller=key:all command=Allocate orderId=\"o1\" sku=\"LAMP\" quantity=2"
                + " outcome=refused:out-of-stock correlationId=c-1",
            "caller=key:all command=ChangeBatch ref=\"b1\" quantity=0 eta=none"
                + " outcome=failed:outcome-unknown correlationId=c-1",
            "caller=key:all command=ChangeBatch ref=\"b1\" eta=2027-01-31"
                + " outcome=refused:unknown-batch correlationId=c-1");
  }

  @Test
  void each_line_of_a_bulk_request_is_a_command() {
    service.decides(accepted(LINE));

    send(
        "POST",
        "/v1/allocations/bulk",
        "{\"lines\":[{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":1},7,"
            + "{\"orderId\":\"o2\",\"sku\":\"LAMP\",\"quantity\":1}]}");

    assertThat(said()).hasSize(2).allMatch(line -> line.contains(" outcome=accepted "));
  }

  @Test
  void no_id_can_look_like_another_part_of_the_line() {
    service.decides(accepted(LINE));

    send(
        "POST",
        "/v1/allocations",
        "{\"orderId\":\"o\\\" outcome=refused\",\"sku\":\"\u2028\u00e9\",\"quantity\":1}");

    assertThat(said().getFirst())
        .contains(
            "orderId=\"o\\u0022 outcome=refused\" sku=\"\\u2028\\u00e9\" quantity=1 outcome=accepted");
  }

  @Test
  void a_token_is_told_by_its_subject() {
    service.decides(accepted(LINE));

    service.post(
        "/v1/allocations",
        "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":2}",
        "Authorization",
        "Bearer " + Callers.ISSUER.token("allocate"));

    assertThat(said().getFirst()).startsWith("caller=sub:" + Issuer.SUBJECT + " ");
  }

  @Test
  void questions_and_what_was_not_let_in_are_not_commands() {
    service.get("/v1/products", "Authorization", Callers.bearer(Scope.READ));
    service.post("/v1/allocations", "{}");
    service.post("/v1/allocations", "{}", "Authorization", Callers.bearer(Scope.ALLOCATE));

    assertThat(said()).isEmpty();
  }

  @Test
  void where_nobody_is_asked_there_is_nobody_to_name() {
    open.decides(accepted(LINE));

    open.post("/v1/allocations", "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":2}");

    assertThat(said()).isEmpty();
  }

  private static void send(String method, String target, String body) {
    String[] headers = {"Authorization", "Bearer " + Callers.ALL.key(), "X-Correlation-Id", "c-1"};
    if (method.equals("PATCH")) {
      service.patch(target, body, headers);
    } else {
      service.post(target, body, headers);
    }
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
