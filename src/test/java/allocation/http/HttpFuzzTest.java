package allocation.http;

import static allocation.given.Decoding.attempt;
import static allocation.given.Decoding.holds;
import static allocation.given.Decoding.same;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.bus.Query.Freshness;
import allocation.bus.Shards;
import allocation.given.Seeds;
import allocation.json.BadInput;
import allocation.json.CommandJson;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Paths, query parameters and headers, as netty gives them to us: each byte a character. */
final class HttpFuzzTest {
  private static final Shards SHARDS = new Shards(16);

  static Stream<byte[]> targets() {
    return Seeds.text(
        "SMALL-TABLE",
        "a%2Fb",
        "%C3%BC",
        "ref=b1&sku=s&qty=5&eta=2026-12-31",
        "orderid=o+1&sku=%C3%BC&qty=5",
        "after=s&limit=10");
  }

  @MethodSource("targets")
  @FuzzTest(maxDuration = "1m")
  void paths_and_query_parameters(byte[] bytes) {
    String raw = new String(bytes, ISO_8859_1);
    holds(() -> Percent.segment("ref", raw), text -> Percent.segment("ref", encoded(text, "%20")));
    holds(() -> Percent.query(raw), parameters -> Percent.query(encoded(parameters)))
        .ifPresent(parameters -> {
          attempt(() -> CommandJson.addBatch(parameters), BadInput.class);
          attempt(() -> CommandJson.originalAllocate(parameters), BadInput.class);
        });
  }

  private static String encoded(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(each -> encoded(each.getKey(), "+") + "=" + encoded(each.getValue(), "+"))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text, String space) {
    return URLEncoder.encode(text, UTF_8).replace("+", space);
  }

  static Stream<byte[]> positions() {
    return Seeds.text(
        "3:41", "3:41,7:9", "3:41, 3:42\n7:9", "16:1", "03:1", "3:999999999999999999", "3:-1");
  }

  /** One header a line. */
  @MethodSource("positions")
  @FuzzTest(maxDuration = "1m")
  void positions(byte[] bytes) {
    List<String> headers = new String(bytes, ISO_8859_1).lines().toList();
    holds(
        () -> Positions.freshness(headers, SHARDS),
        freshness ->
            freshness instanceof Freshness.AtLeast least
                ? Positions.freshness(
                    List.of(Positions.text(new TreeMap<>(least.positions()))), SHARDS)
                : freshness);
  }

  static Stream<byte[]> headers() {
    return Seeds.text(
        "checkout-17", "text/html, application/json;q=0.9", "*/*;q=0.1,text/*;q=1.000", "a b");
  }

  /** These refuse nothing: what is no id gets a new one, what is no preference is none. */
  @MethodSource("headers")
  @FuzzTest(maxDuration = "1m")
  void headers_that_may_be_anything(byte[] bytes) {
    List<String> headers = new String(bytes, ISO_8859_1).lines().toList();
    String id = new CorrelationIds(new UUID(1, 2)).of(headers);
    if (!CorrelationIds.isVisible(id, 100)) {
      throw new AssertionError("not fit for a log: " + id);
    }
    // An id that is fit is kept.
    same(id, new CorrelationIds(new UUID(3, 4)).of(List.of(id)));
    same(Accept.prefersHtml(headers), Accept.prefersHtml(List.of(String.join(",", headers))));
  }
}
