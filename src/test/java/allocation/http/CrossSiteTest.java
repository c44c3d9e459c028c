package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.ApiKeys;
import allocation.access.Gate;
import allocation.access.Scope;
import allocation.access.Settings;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page that somebody looks at makes his browser send, where nobody is asked who he is. */
class CrossSiteTest {
  @RegisterExtension static final HttpService local = new HttpService();

  @RegisterExtension
  static final HttpService everywhere =
      new HttpService(
          HttpService.SETTINGS,
          Gate.of(
              new Settings(
                  Settings.Open.EVERYWHERE,
                  Optional.empty(),
                  ApiKeys.NONE,
                  Optional.empty(),
                  0,
                  0)));

  @RegisterExtension
  static final HttpService asking = new HttpService(HttpService.SETTINGS, Callers.gate());

  @BeforeEach
  void take() {
    for (HttpService service : new HttpService[] {local, everywhere, asking}) {
      service.decides(accepted(LINE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: cross-site",
        "Origin: https://evil.example",
        "Origin: http://localhost.evil.example",
        "Origin: http://localhost:1",
        "Origin: null"
      })
  void it_does_nothing(String header) throws IOException {
    for (HttpService service : new HttpService[] {local, everywhere}) {
      Response refused = send(service, "localhost", header);

      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.problem()).isEqualTo("cross-site");
      assertThat(service.commands).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"})
  void a_name_that_was_made_to_lead_here_is_not_this_machine(String host) throws IOException {
    assertThat(send(local, host, "Origin: http://" + host).problem()).isEqualTo("cross-site");
    assertThat(local.commands).isEmpty();
    assertThat(send(everywhere, host, "Origin: http://" + host).status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, Sec-Fetch-Site: same-origin",
    "LOCALHOST:8080, Origin: http://localhost:8080",
    "127.0.0.1:8080, Origin: http://127.0.0.1:8080",
    "[::1]:8080, Origin: http://[::1]:8080",
    "shop.localhost, Sec-Fetch-Site: none",
    "localhost, Accept: */*"
  })
  void a_page_of_its_own_and_what_is_no_browser_may(String host, String header) throws IOException {
    assertThat(send(local, host, header).status()).isEqualTo(201);
  }

  @Test
  void what_is_open_to_everybody_stays_so() throws IOException {
    try (RawClient client = new RawClient(local.port())) {
      String head = "GET /health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n";

      assertThat(client.send(head).receive().status()).isEqualTo(200);
    }
  }

  @Test
  void who_has_a_key_may_send_it_from_wherever_he_is() throws IOException {
    Response taken =
        send(
            asking,
            "evil.example",
            "Origin: https://shop.example\r\nAuthorization: " + Callers.bearer(Scope.ALLOCATE));

    assertThat(taken.status()).isEqualTo(201);
  }

  private static Response send(HttpService service, String host, String header) throws IOException {
    String body = "{\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":1}";
    try (RawClient client = new RawClient(service.port())) {
      return client
          .send(
              "POST /v1/allocations HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(host, header, body.length(), body))
          .receive();
    }
  }
}
