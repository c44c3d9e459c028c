package allocation.http;

import static allocation.given.Waiting.until;
import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health, metrics, and the contract as a page. */
class OperationTest {
  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void a_living_process_says_so() {
    Response response = service.get("/health/live");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text()).isEqualTo("{\"status\":\"UP\"}");
  }

  @Test
  void it_is_ready_without_what_is_not_required() {
    service.isReady(
        List.of(
            new Readiness.Check("postgresql", true, true, "answered"),
            new Readiness.Check("pulsar", false, false, "not connected")));

    Response response = ready("not connected");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .isEqualTo(
            "{\"status\":\"UP\",\"checks\":["
                + "{\"name\":\"postgresql\",\"status\":\"UP\",\"required\":true,"
                + "\"state\":\"answered\"},"
                + "{\"name\":\"pulsar\",\"status\":\"DOWN\",\"required\":false,"
                + "\"state\":\"not connected\"}]}");
  }

  @Test
  void it_is_not_ready_without_what_is_required() {
    service.isReady(
        List.of(new Readiness.Check("postgresql", false, true, "did not answer in 1000 ms")));

    Response response = ready("did not answer in 1000 ms");

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.json().path("status").asText()).isEqualTo("DOWN");
  }

  /** Asked until it is no longer what was true a moment ago. */
  private static Response ready(String state) {
    AtomicReference<Response> last = new AtomicReference<>();
    until(
        "it is news",
        () -> {
          last.set(service.get("/health/ready"));
          return last.get().text().contains(state);
        });
    return last.get();
  }

  @Test
  void every_request_is_measured_by_route_method_and_status() {
    service.decides(accepted(LINE));
    service.post("/v1/allocations", "{\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":1}");
    service.get("/v1/batches/%00");
    service.get("/no/such/place");
    service.call("BREW", "/no/such/place", new byte[0]);

    Response response = service.get("/metrics");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.text())
        .contains(
            "allocation_http_requests_seconds_count"
                + "{method=\"POST\",route=\"/v1/allocations\",status=\"201\"} 1")
        .contains("{method=\"GET\",route=\"/v1/batches/{ref}\",status=\"400\"}")
        .contains("{method=\"GET\",route=\"none\",status=\"404\"}")
        .contains("{method=\"other\",route=\"none\",status=\"404\"}")
        .doesNotContain("no/such/place", "BREW");
  }

  @Test
  void the_contract_is_served_as_it_is_checked() throws IOException {
    Response response = service.get("/openapi.yaml");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.mediaType()).isEqualTo("application/yaml");
    assertThat(new YAMLMapper().readTree(response.text())).isEqualTo(service.contract().raw());
  }

  @Test
  void the_page_and_all_that_it_needs_come_from_here() {
    Response page = service.get("/docs");

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.mediaType()).isEqualTo("text/html");
    assertThat(page.header("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'");
    assertThat(page.text()).doesNotContain("http:", "https:", "//");
    List<String> needed =
        Pattern.compile("(?:src|href)=\"([^\"]+)\"")
            .matcher(page.text())
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(needed).hasSizeGreaterThan(4);
    assertThat(needed)
        .allSatisfy(target -> assertThat(service.get(target).status()).as(target).isEqualTo(200));
  }

  @Test
  void the_welcome_page_leads_to_pages_that_exist() {
    Response page = service.get("/", "Accept", "text/html");

    assertThat(page.text()).contains("href=\"/docs\"", "href=\"/openapi.yaml\"");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      textBlock =
          """
          text/html                                   | true
          text/html,application/xhtml+xml,*/*;q=0.8   | true
          TEXT/HTML                                   | true
          text/*                                      | true
          text/html;q=0.5, application/json;q=0.4     | true
          text/html;q=0.4, application/json;q=0.5     | false
          text/html, application/json                 | false
          text/html;q=0                               | false
          text/html;q=nonsense                        | false
          */*                                         | false
          application/json                            | false
          ''                                          | false
          """)
  void html_is_preferred_only_when_it_weighs_more(String accept, boolean html) {
    assertThat(Accept.prefersHtml(List.of(accept))).isEqualTo(html);
  }
}
