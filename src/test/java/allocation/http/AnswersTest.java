package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every answer has, whatever it answers, and what none has. */
class AnswersTest {
  @RegisterExtension static final HttpService service = new HttpService();

  @RegisterExtension
  static final HttpService asking = new HttpService(HttpService.SETTINGS, Callers.gate());

  private static final List<String> OUR_INSIDES =
      List.of(
          "vert.x", "netty", "jackson", "jetty", "java.", "exception", "\tat ", "allocation.http");

  @Test
  void every_answer_forbids_guessing_its_type_and_says_how_long_it_may_be_kept()
      throws IOException {
    for (Response response : answers()) {
      assertThat(response.header("X-Content-Type-Options")).as("%s", response).contains("nosniff");
      assertThat(response.header("Cache-Control")).as("%s", response).isPresent();
    }
    assertThat(service.get("/v1/products").header("Cache-Control")).contains("no-store");
    assertThat(service.get("/docs").header("Cache-Control")).contains("no-cache");
    assertThat(service.get("/docs/docs.js").header("Cache-Control"))
        .contains("public, max-age=3600");
  }

  @Test
  void every_page_says_that_it_runs_nothing_from_elsewhere() {
    for (Response page : List.of(service.get("/docs"), service.get("/", "Accept", "text/html"))) {
      assertThat(page.header("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'", "frame-ancestors 'none'");
    }
  }

  @Test
  void no_answer_tells_what_serves_it() throws IOException {
    for (Response response : answers()) {
      assertThat(response.headers().keySet())
          .extracting(name -> name.toLowerCase(Locale.ROOT))
          .doesNotContain("server", "x-powered-by", "via");
      if (response.status() >= 400) {
        String told = (response.headers() + response.text()).toLowerCase(Locale.ROOT);
        assertThat(OUR_INSIDES).noneMatch(told::contains);
      }
    }
  }

  /** Of every route, well and badly asked, and of what leads to none. */
  private static List<Response> answers() throws IOException {
    service.handles(message -> message.fail(3, "java.lang.Exception in allocation.http"));
    service.reads(message -> message.fail(-1, "java.lang.Exception in allocation.http"));
    List<Response> answers = new ArrayList<>();
    for (Route route : service.routes()) {
      String path = route.template().replaceAll("\\{\\w+}", "x");
      for (String body : bodies(route)) {
        for (HttpService each : List.of(service, asking)) {
          answers.add(
              each.call(
                  route.method().name(),
                  path,
                  body.getBytes(StandardCharsets.UTF_8),
                  "Content-Type",
                  "application/json"));
        }
      }
      answers.add(service.call("TRACE", path, new byte[0]));
    }
    answers.add(service.get("/no/such/place"));
    answers.add(service.get("/v1/batches/%00"));
    answers.add(service.get("/v1/products?limit=-1"));
    answers.add(service.post("/v1/allocations", "x".repeat(100_000)));
    answers.add(service.get("/docs/docs.js"));
    for (String raw :
        List.of(
            "nonsense\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            RawClient.head("GET", "/" + "x".repeat(10_000)),
            RawClient.head("GET", "/", "X-Long: " + "x".repeat(20_000)),
            RawClient.head("POST", "/v1/allocations", "Content-Length: 2") + "{}")) {
      try (RawClient client = new RawClient(service.port())) {
        answers.add(client.send(raw).receive());
      }
    }
    assertThat(answers).extracting(Response::status).contains(200, 400, 401, 404, 405, 413, 500);
    return answers;
  }

  private static List<String> bodies(Route route) {
    Map<String, String> good =
        Map.of(
            "/v1/batches", "{\"ref\":\"b\",\"sku\":\"s\",\"quantity\":1}",
            "/v1/batches/{ref}", "{\"quantity\":1}",
            "/v1/allocations", "{\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":1}",
            "/v1/allocations/bulk",
                "{\"lines\":[{\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":1}]}",
            "/add_batch", "{\"ref\":\"b\",\"sku\":\"s\",\"qty\":1}",
            "/allocate", "{\"orderid\":\"o\",\"sku\":\"s\",\"qty\":1}");
    return route.body() == Route.Body.JSON
        ? List.of("{", "{\"a\":1}", good.getOrDefault(route.template(), "{}"))
        : List.of("");
  }
}
