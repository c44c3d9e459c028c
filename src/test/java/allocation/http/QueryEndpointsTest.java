package allocation.http;

import static allocation.http.Examples.B1;
import static allocation.http.Examples.DUE;
import static allocation.http.Examples.O1;
import static allocation.http.Examples.SKU;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.View;
import allocation.domain.Arrival;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryEndpointsTest {
  private static final Freshness ANY = new Freshness.Any();

  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void an_orders_lines_are_shown() {
    service.shows(
        new View.OrderLines(
            O1,
            List.of(
                new View.Line(new Sku("LAMP"), 1, B1, DUE, 40),
                new View.Line(SKU, 2, B1, Arrival.inStock(), 1L << 40))));

    Response response = service.get("/v1/orders/o1/allocations");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "{\"orderId\":\"o1\",\"lines\":["
                + "{\"sku\":\"LAMP\",\"quantity\":1,\"batchRef\":\"b1\",\"eta\":\"2026-12-31\","
                + "\"position\":40},"
                + "{\"sku\":\"SMALL-TABLE\",\"quantity\":2,\"batchRef\":\"b1\",\"eta\":null,"
                + "\"position\":1099511627776}]}");
    assertThat(service.queries).containsExactly(new Query.OrderAllocations(O1, ANY));
  }

  @Test
  void an_order_with_nothing_is_404() {
    service.shows(new View.OrderLines(O1, List.of()));

    Response response = service.get("/v1/orders/o1/allocations");

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("nothing-allocated");
  }

  @Test
  void a_product_is_shown_with_its_batches() {
    View.Stock stock = new View.Stock(B1, 20, 2, DUE);
    service.shows(new View.ProductStock(SKU, 3_000_000_000L, 0, List.of(stock)));

    Response response = service.get("/v1/products/SMALL-TABLE");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "{\"sku\":\"SMALL-TABLE\",\"available\":3000000000,\"inStock\":0,\"batches\":["
                + "{\"ref\":\"b1\",\"purchased\":20,\"allocated\":2,\"available\":18,"
                + "\"eta\":\"2026-12-31\"}]}");
  }

  @Test
  void an_unknown_product_is_404() {
    service.shows(new View.Unknown());

    Response response = service.get("/v1/products/SMALL-TABLE");

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("unknown-sku");
  }

  @Test
  void products_come_in_pages() {
    service.shows(new View.ProductPage(List.of(new View.Item(SKU, 5, 2)), Optional.of(SKU)));

    Response response = service.get("/v1/products?after=a%2Fb+c&limit=1");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "{\"items\":[{\"sku\":\"SMALL-TABLE\",\"available\":5,\"inStock\":2}],"
                + "\"next\":\"SMALL-TABLE\"}");
    assertThat(service.queries)
        .containsExactly(new Query.Products(Optional.of(new Sku("a/b c")), 1, ANY));
  }

  @Test
  void the_last_page_has_no_next() {
    service.shows(new View.ProductPage(List.of(), Optional.empty()));

    Response response = service.get("/v1/products");

    assertThat(response.text()).isEqualTo("{\"items\":[],\"next\":null}");
    assertThat(service.queries).containsExactly(new Query.Products(Optional.empty(), 100, ANY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=",
        "limit=1.0",
        "limit=1e2",
        "limit=+1",
        "limit=01",
        "limit=%201",
        "limit=99999999999999999999",
        "limit=x",
        "limit=1&limit=1"
      })
  void a_bad_limit_is_refused(String query) {
    Response response = service.get("/v1/products?" + query);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("limit");
    assertThat(service.queries).isEmpty();
  }

  @Test
  void every_bad_parameter_of_a_page_is_told() {
    Response response =
        service.get("/v1/products?after=&limit=0&offset=3", "Allocation-Position", "nowhere");

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields())
        .containsExactlyInAnyOrder("after", "limit", "offset", "Allocation-Position");
  }

  @Test
  void a_batch_is_shown() {
    service.shows(new View.BatchStock(SKU, new View.Stock(B1, 20, 20, Arrival.inStock())));

    Response response = service.get("/v1/batches/b1");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "{\"ref\":\"b1\",\"sku\":\"SMALL-TABLE\",\"purchased\":20,\"allocated\":20,"
                + "\"available\":0,\"eta\":null}");
  }

  @Test
  void an_unknown_batch_is_404() {
    service.shows(new View.Unknown());

    Response response = service.get("/v1/batches/b1");

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("unknown-batch");
  }

  @Test
  void a_read_that_brings_a_position_is_as_fresh_as_that() {
    service.shows(new View.OrderLines(O1, List.of()));

    service.get("/v1/orders/o1/allocations", "Allocation-Position", "3:41, 7:9,3:12");

    assertThat(service.queries)
        .containsExactly(
            new Query.OrderAllocations(O1, new Freshness.AtLeast(Map.of(3, 41L, 7, 9L))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "3",
        "3:",
        ":41",
        "3:41;7:9",
        "3:-1",
        "-3:41",
        "3:4.1",
        "a:b",
        "3:41,",
        "03:41",
        "16:1",
        "3:9999999999999999999",
        "4294967299:41"
      })
  void a_position_that_cannot_be_is_refused(String position) {
    Response response = service.get("/v1/orders/o1/allocations", "Allocation-Position", position);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("Allocation-Position");
    assertThat(service.queries).isEmpty();
  }

  @Test
  void a_view_that_is_behind_is_503_and_worth_another_try() {
    service.shows(new View.Behind("shard 3 is at 40"));

    Response response = service.get("/v1/orders/o1/allocations", "Allocation-Position", "3:41");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("view-behind");
    assertThat(response.header("Retry-After")).contains("1");
  }

  @Test
  void a_head_is_answered_like_a_get_without_the_body() {
    service.shows(new View.OrderLines(new OrderId("o1"), List.of()));

    Response response = service.call("HEAD", "/v1/orders/o1/allocations", new byte[0]);

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.text()).isEmpty();
  }
}
