package allocation.http;

import static allocation.http.Examples.B1;
import static allocation.http.Examples.BATCH;
import static allocation.http.Examples.DUE;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.O1;
import static allocation.http.Examples.SKU;
import static allocation.http.Examples.accepted;
import static allocation.http.Examples.refused;
import static allocation.http.Examples.repeated;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.View;
import allocation.domain.Arrival;
import allocation.domain.Command;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each row of the contract that the original's clients rely on. */
class OriginalContractTest {
  private static final String BATCH_JSON =
      "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"qty\":20,\"eta\":\"2026-12-31\"}";
  private static final String BATCH_QUERY = "?ref=b1&sku=SMALL-TABLE&qty=20&eta=2026-12-31";
  private static final String LINE_JSON = "{\"orderid\":\"o1\",\"sku\":\"SMALL-TABLE\",\"qty\":2}";
  private static final String LINE_QUERY = "?orderid=o1&sku=SMALL-TABLE&qty=2";

  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void a_batch_is_added_from_a_body_or_from_the_query() {
    service.decides(accepted(BATCH));

    for (Response response :
        List.of(
            service.post("/add_batch", BATCH_JSON),
            service.call("POST", "/add_batch" + BATCH_QUERY, new byte[0]))) {
      assertThat(response.status()).isEqualTo(201);
      assertThat(response.text()).isEqualTo("\"OK\"");
    }
    Command command = new Command.CreateBatch(B1, SKU, 20, DUE);
    assertThat(commands()).containsExactly(command, command);
  }

  @Test
  void a_batch_without_eta_is_in_stock() {
    service.decides(accepted(BATCH));

    service.post("/add_batch", "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"qty\":20}");
    service.post("/add_batch", "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"qty\":20,\"eta\":null}");
    service.call("POST", "/add_batch?ref=b1&sku=SMALL-TABLE&qty=20", new byte[0]);

    Command here = new Command.CreateBatch(B1, SKU, 20, Arrival.inStock());
    assertThat(commands()).containsExactly(here, here, here);
  }

  @Test
  void the_same_batch_again_is_201() {
    service.decides(repeated(BATCH));

    Response response = service.post("/add_batch", BATCH_JSON);

    assertThat(response.status()).isEqualTo(201);
    assertThat(response.text()).isEqualTo("\"OK\"");
  }

  @Test
  void the_same_ref_with_other_content_is_a_conflict_with_a_message() {
    service.decides(refused(new Refusal.BatchExistsWithOtherContent(B1)));

    Response response = service.post("/add_batch", BATCH_JSON);

    assertThat(response.status()).isEqualTo(409);
    assertThat(response.problem()).isEqualTo("batch-exists");
    assertMessageIsDetail(response);
  }

  @Test
  void a_line_is_allocated_from_a_body_or_from_the_query() {
    service.decides(accepted(LINE));

    for (Response response :
        List.of(
            service.post("/allocate", LINE_JSON),
            service.call("POST", "/allocate" + LINE_QUERY, new byte[0]))) {
      assertThat(response.status()).isEqualTo(202);
      assertThat(response.text()).isEqualTo("\"OK\"");
    }
    Command command = new Command.Allocate(O1, SKU, 2);
    assertThat(commands()).containsExactly(command, command);
  }

  @Test
  void the_same_line_again_is_202() {
    service.decides(repeated(LINE));

    assertThat(service.post("/allocate", LINE_JSON).status()).isEqualTo(202);
  }

  @Test
  void also_a_line_that_is_out_of_stock_is_202() {
    service.decides(refused(new Refusal.NoStock(0, 0)));

    Response response = service.post("/allocate", LINE_JSON);

    assertThat(response.status()).isEqualTo(202);
    assertThat(response.text()).isEqualTo("\"OK\"");
  }

  @Test
  void an_unknown_sku_is_400_with_its_name() {
    service.decides(refused(new Refusal.UnknownSku(new Sku("NO-SUCH-LAMP"))));

    for (Response response :
        List.of(
            service.post("/allocate", LINE_JSON),
            service.call("POST", "/allocate" + LINE_QUERY, new byte[0]))) {
      assertThat(response.status()).isEqualTo(400);
      assertThat(response.json().path("message").asText()).isEqualTo("Invalid sku NO-SUCH-LAMP");
      assertThat(response.json().path("status").asInt()).isEqualTo(400);
      assertMessageIsDetail(response);
    }
  }

  @Test
  void the_line_in_another_quantity_is_a_conflict_with_a_message() {
    service.decides(refused(new Refusal.LineExistsWithOtherQuantity(7)));

    Response response = service.post("/allocate", LINE_JSON);

    assertThat(response.status()).isEqualTo(409);
    assertMessageIsDetail(response);
  }

  @Test
  void an_orders_allocations_are_read_as_fresh_as_they_were_committed() {
    service.shows(
        new View.OrderLines(
            O1,
            List.of(
                new View.Line(new Sku("LAMP"), 1, B1, DUE, 3), new View.Line(SKU, 2, B1, DUE, 4))));

    Response response = service.get("/allocations/o1");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "[{\"sku\":\"LAMP\",\"batchref\":\"b1\"},"
                + "{\"sku\":\"SMALL-TABLE\",\"batchref\":\"b1\"}]");
    assertThat(service.queries)
        .containsExactly(new Query.OrderAllocations(O1, new Freshness.Committed()));
  }

  @Test
  void an_order_with_nothing_is_404_with_a_message() {
    service.shows(new View.OrderLines(O1, List.of()));

    Response response = service.get("/allocations/o1");

    assertThat(response.status()).isEqualTo(404);
    assertMessageIsDetail(response);
  }

  @Test
  void other_problems_have_a_message_too() {
    service.handles(message -> CommandFailure.BUSY.reply(message, "the queue is full"));

    assertMessageIsDetail(service.post("/allocate", LINE_JSON));
    assertMessageIsDetail(service.post("/allocate", "{"));
    assertMessageIsDetail(service.call("PUT", "/allocate", new byte[0]));
    assertMessageIsDetail(
        service.call("POST", "/allocate", new byte[] {'x'}, "Content-Type", "text/plain"));
  }

  @Test
  void it_says_welcome_to_programs() {
    for (String accept : List.of("*/*", "application/json", "text/html;q=0.5,application/json")) {
      Response response = service.get("/", "Accept", accept);

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.text()).isEqualTo("{\"message\":\"Welcome to the allocation service\"}");
    }
    assertThat(service.get("/").mediaType()).isEqualTo("application/json");
  }

  @Test
  void it_shows_a_page_to_browsers() {
    Response response = service.get("/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.mediaType()).isEqualTo("text/html");
    assertThat(response.header("Vary")).contains("Accept");
  }

  private static void assertMessageIsDetail(Response response) {
    assertThat(response.json().path("message").asText())
        .isNotBlank()
        .isEqualTo(response.json().path("detail").asText());
  }

  private static List<Command> commands() {
    return service.commands.stream().map(CommandMessage::command).toList();
  }
}
