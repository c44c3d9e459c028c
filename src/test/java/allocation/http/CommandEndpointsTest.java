package allocation.http;

import static allocation.http.Examples.B1;
import static allocation.http.Examples.BATCH;
import static allocation.http.Examples.CHANGE;
import static allocation.http.Examples.DUE;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.O1;
import static allocation.http.Examples.RELEASE;
import static allocation.http.Examples.SKU;
import static allocation.http.Examples.accepted;
import static allocation.http.Examples.refused;
import static allocation.http.Examples.repeated;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CommandEndpointsTest {
  private static final String BATCH_BODY =
      "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"quantity\":20,\"eta\":\"2026-12-31\"}";
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";
  private static final String POSITION = HttpService.SHARDS.of(SKU) + ":" + HttpService.POSITION;

  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void a_new_batch_is_created() {
    service.decides(accepted(BATCH));

    Response response = service.post("/v1/batches", BATCH_BODY);

    assertThat(response.status()).isEqualTo(201);
    assertThat(response.text())
        .isEqualTo(
            "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"purchased\":20,\"allocated\":2,"
                + "\"available\":18,\"eta\":\"2026-12-31\"}");
    assertThat(response.header("Allocation-Position")).contains(POSITION);
    assertThat(commands()).containsExactly(new Command.CreateBatch(B1, SKU, 20, DUE));
  }

  @Test
  void a_batch_without_eta_is_in_stock() {
    service.decides(accepted(BATCH));

    service.post("/v1/batches", "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"quantity\":20}");
    service.post(
        "/v1/batches", "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"quantity\":20,\"eta\":null}");

    Command here = new Command.CreateBatch(B1, SKU, 20, Arrival.inStock());
    assertThat(commands()).containsExactly(here, here);
  }

  @Test
  void the_same_batch_again_is_200() {
    service.decides(repeated(BATCH));

    Response response = service.post("/v1/batches", BATCH_BODY);

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("Allocation-Position")).contains(POSITION);
  }

  @Test
  void the_same_ref_with_other_content_is_a_conflict() {
    service.decides(refused(new Refusal.BatchExistsWithOtherContent(B1)));

    Response response = service.post("/v1/batches", BATCH_BODY);

    assertThat(response.status()).isEqualTo(409);
    assertThat(response.problem()).isEqualTo("batch-exists");
    assertThat(response.header("Allocation-Position")).contains(POSITION);
  }

  @Test
  void a_batch_is_changed() {
    service.decides(accepted(CHANGE));

    Response response = service.patch("/v1/batches/b1", "{\"quantity\":5,\"eta\":\"2026-12-31\"}");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "{\"batch\":{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"purchased\":5,\"allocated\":3,"
                + "\"available\":2,\"eta\":null},"
                + "\"moved\":[{\"orderId\":\"o1\",\"from\":\"b1\",\"to\":\"b2\"}],"
                + "\"unallocated\":[{\"orderId\":\"o2\",\"quantity\":12}],"
                + "\"movedCount\":1,\"unallocatedCount\":1}");
    assertThat(response.header("Idempotent-Replayed")).isEmpty();
    assertThat(commands())
        .containsExactly(new Command.ChangeBatch(B1, OptionalInt.of(5), Optional.of(DUE)));
  }

  @Test
  void what_a_change_leaves_out_stays_and_an_eta_of_null_means_it_is_here() {
    service.decides(accepted(CHANGE));

    service.patch("/v1/batches/b1", "{\"quantity\":0}");
    service.patch("/v1/batches/b1", "{\"eta\":null}");

    assertThat(commands())
        .containsExactly(
            new Command.ChangeBatch(B1, OptionalInt.of(0), Optional.empty()),
            new Command.ChangeBatch(B1, OptionalInt.empty(), Optional.of(Arrival.inStock())));
  }

  @Test
  void a_change_of_an_unknown_batch_is_404() {
    service.batchesBelongTo(ask -> Optional.empty());

    Response response = service.patch("/v1/batches/nowhere", "{\"quantity\":5}");

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("unknown-batch");
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_batch_that_the_handler_does_not_know_is_404() {
    service.decides(refused(new Refusal.UnknownBatch(B1)));

    assertThat(service.patch("/v1/batches/b1", "{\"quantity\":5}").status()).isEqualTo(404);
  }

  @Test
  void a_line_is_allocated() {
    service.decides(accepted(LINE));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(201);
    assertThat(response.text())
        .isEqualTo(
            "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2,\"batchRef\":\"b1\","
                + "\"eta\":null,\"position\":41}");
    assertThat(response.header("Allocation-Position")).contains(POSITION);
    assertThat(commands()).containsExactly(new Command.Allocate(O1, SKU, 2));
  }

  @Test
  void the_same_line_again_is_200() {
    service.decides(repeated(LINE));

    assertThat(service.post("/v1/allocations", LINE_BODY).status()).isEqualTo(200);
  }

  @Test
  void the_line_in_another_quantity_is_a_conflict() {
    service.decides(refused(new Refusal.LineExistsWithOtherQuantity(7)));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(409);
    assertThat(response.problem()).isEqualTo("line-exists");
    assertThat(response.json().path("allocatedQuantity").asInt()).isEqualTo(7);
  }

  @Test
  void out_of_stock_tells_what_there_is() {
    service.decides(refused(new Refusal.NoStock(8, 3_000_000_000L)));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(409);
    assertThat(response.problem()).isEqualTo("out-of-stock");
    assertThat(response.json().path("largest").asInt()).isEqualTo(8);
    assertThat(response.json().path("total").asLong()).isEqualTo(3_000_000_000L);
    assertThat(response.header("Allocation-Position")).contains(POSITION);
  }

  @Test
  void an_unknown_sku_is_404() {
    service.decides(refused(new Refusal.UnknownSku(SKU)));

    Response response = service.post("/v1/allocations", LINE_BODY);

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("unknown-sku");
  }

  @Test
  void a_line_is_deallocated() {
    service.decides(accepted(RELEASE));

    Response response = service.delete("/v1/allocations/o1/SMALL-TABLE");

    assertThat(response.status()).isEqualTo(204);
    assertThat(response.text()).isEmpty();
    assertThat(response.header("Allocation-Position")).contains(POSITION);
    assertThat(commands()).containsExactly(new Command.Deallocate(O1, SKU));
  }

  @Test
  void nothing_to_deallocate_is_404() {
    service.decides(refused(new Refusal.NothingAllocated(O1, SKU)));

    Response response = service.delete("/v1/allocations/o1/SMALL-TABLE");

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("nothing-allocated");
  }

  @Test
  void ids_in_a_path_are_decoded_once() {
    service.decides(accepted(RELEASE));

    service.delete("/v1/allocations/a%2Fb%2520c/x+y%20%C3%BC%F0%9F%AA%91");

    assertThat(commands())
        .containsExactly(
            new Command.Deallocate(new OrderId("a/b%20c"), new Sku("x+y \u00FC\uD83E\uDE91")));
  }

  @Test
  void a_refs_owner_is_asked_for_the_right_batch() {
    service.decides(accepted(CHANGE));
    service.batchesBelongTo(ask ->
        ask.ref().equals(new BatchRef("b/9")) ? Optional.of(new Sku("LAMP")) : Optional.empty());

    service.patch("/v1/batches/b%2F9", "{\"quantity\":5}");

    assertThat(service.commands).extracting(CommandMessage::sku).containsExactly(new Sku("LAMP"));
  }

  private static List<Command> commands() {
    return service.commands.stream().map(CommandMessage::command).toList();
  }
}
