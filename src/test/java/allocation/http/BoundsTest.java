package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.View;
import allocation.json.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever a caller can make large has a bound: there it is taken, and one past it is refused.
 * Connections and requests that wait are in {@link CrowdTest}.
 */
class BoundsTest {
  private static final int HEAD_LINE_BYTES = 8 * 1024;
  private static final int HEADERS_BYTES = 16 * 1024;

  @RegisterExtension static final HttpService service = new HttpService();

  @BeforeEach
  void agrees() {
    service.decides(accepted(LINE));
    service.shows(new View.Unknown());
  }

  @Test
  void a_body_has_at_most_the_bytes_of_the_setting() {
    int limit = service.settings().bodyLimitBytes();

    assertThat(allocate(padded(limit)).status()).isEqualTo(201);
    assertThat(allocate(padded(limit + 1)).status()).isEqualTo(413);
  }

  @Test
  void json_has_at_most_a_thousand_levels() {
    // The object around it is one.
    Response deepest = allocate(nested(StrictJson.MAX_DEPTH - 1));
    Response deeper = allocate(nested(StrictJson.MAX_DEPTH));

    assertThat(deepest.status()).isEqualTo(400);
    assertThat(deepest.body().toString()).contains("\"x\"").doesNotContain("nested");
    assertThat(deeper.status()).isEqualTo(400);
    assertThat(deeper.body().toString()).contains("must not be nested deeper than 1000 levels");
  }

  @Test
  void an_id_has_at_most_a_hundred_characters() {
    assertThat(allocate(line("o".repeat(100), "s".repeat(100), "1")).status()).isEqualTo(201);
    assertThat(allocate(line("o".repeat(101), "s", "1")).status()).isEqualTo(400);
    assertThat(allocate(line("o", "s".repeat(101), "1")).status()).isEqualTo(400);
    assertThat(service.delete("/v1/allocations/o/" + "s".repeat(101)).status()).isEqualTo(400);
  }

  @Test
  void a_quantity_is_at_most_a_billion() {
    assertThat(allocate(line("o", "s", "1000000000")).status()).isEqualTo(201);
    assertThat(allocate(line("o", "s", "1000000001")).status()).isEqualTo(400);
  }

  @Test
  void a_bulk_request_has_at_most_a_thousand_lines() {
    assertThat(bulk(1_000).status()).isEqualTo(200);
    assertThat(bulk(1_001).status()).isEqualTo(400);
  }

  @Test
  void a_page_has_at_most_a_thousand_products() {
    service.shows(new View.ProductPage(List.of(), Optional.empty()));

    assertThat(service.get("/v1/products?limit=1000").status()).isEqualTo(200);
    assertThat(service.get("/v1/products?limit=1001").status()).isEqualTo(400);
  }

  @Test
  void an_idempotency_key_has_at_most_two_hundred_characters() {
    service.decides(accepted(Examples.RELEASE));

    assertThat(release("k".repeat(200)).status()).isEqualTo(204);
    assertThat(release("k".repeat(201)).status()).isEqualTo(400);
  }

  @Test
  void a_request_line_has_at_most_eight_kilobytes() throws IOException {
    assertThat(raw(RawClient.head("GET", target(HEAD_LINE_BYTES))).status()).isEqualTo(404);
    assertThat(raw(RawClient.head("GET", target(HEAD_LINE_BYTES + 1))).status()).isEqualTo(414);
  }

  @Test
  void headers_have_at_most_sixteen_kilobytes() throws IOException {
    assertThat(raw(withHeaders(HEADERS_BYTES)).status()).isEqualTo(200);
    assertThat(raw(withHeaders(HEADERS_BYTES + 1)).status()).isEqualTo(431);
  }

  private static Response allocate(String body) {
    return service.post("/v1/allocations", body);
  }

  private static Response release(String key) {
    return service.delete("/v1/allocations/o/s", "Idempotency-Key", key);
  }

  private static Response bulk(int lines) {
    return service.post(
        "/v1/allocations/bulk",
        IntStream.range(0, lines)
            .mapToObj(i -> line("o" + i, "s", "1"))
            .collect(Collectors.joining(",", "{\"lines\":[", "]}")));
  }

  private static String line(String orderId, String sku, String quantity) {
    return "{\"orderId\":\"%s\",\"sku\":\"%s\",\"quantity\":%s}".formatted(orderId, sku, quantity);
  }

  private static String padded(int bytes) {
    String line = line("o", "s", "1");
    return line + " ".repeat(bytes - line.length());
  }

  private static String nested(int levels) {
    return "{\"x\":" + "[".repeat(levels) + "]".repeat(levels) + "}";
  }

  /** Such that the whole line, without its end, has so many bytes. */
  private static String target(int lineBytes) {
    int rest = "GET / HTTP/1.1".length();
    return "/" + "x".repeat(lineBytes - rest);
  }

  /** Such that the lines of the headers, without their ends, have so many bytes. */
  private static String withHeaders(int bytes) {
    int rest = "Host: localhost".length() + "X-Long: ".length();
    return RawClient.head("GET", "/health/live", "X-Long: " + "x".repeat(bytes - rest));
  }

  private static Response raw(String text) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      return client.send(text).receive();
    }
  }
}
