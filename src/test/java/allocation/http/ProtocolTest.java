package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP itself: what is refused before any endpoint is asked, and what connections live through. */
class ProtocolTest {
  private static final String LINE_BODY =
      "{\"orderId\":\"o1\",\"sku\":\"SMALL-TABLE\",\"quantity\":2}";

  @RegisterExtension static final HttpService service = new HttpService();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1",
        "/v1/",
        "/v2/batches",
        "/v1/batches/b1/lines",
        "/V1/batches",
        "/v1//batches",
        "/v1/products/../batches/b1",
        "/v1/%2E/batches/b1",
        "/v1/orders/o1",
        "/nothing",
        "/docs/secret.txt",
        "/docs/..%2Fopenapi.yaml",
        "/%76%31"
      })
  void an_unknown_address_is_404(String target) {
    Response response = service.get(target);

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("not-found");
    assertThat(response.mediaType()).isEqualTo("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET     | /v1/batches                 | POST
          DELETE  | /v1/batches/b1              | PATCH, GET, HEAD
          PUT     | /v1/allocations             | POST
          GET     | /v1/allocations/bulk        | POST
          POST    | /v1/allocations/o1/s        | DELETE
          POST    | /v1/products                | GET, HEAD
          OPTIONS | /v1/products/s              | GET, HEAD
          GET     | /add_batch                  | POST
          POST    | /allocations/o1             | GET, HEAD
          BREW    | /health/live                | GET, HEAD
          """)
  void another_method_is_405_and_names_those_that_are_allowed(
      String method, String target, String allowed) {
    Response response = service.call(method, target, new byte[0]);

    assertThat(response.status()).isEqualTo(405);
    assertThat(response.problem()).isEqualTo("method-not-allowed");
    assertThat(response.header("Allow")).contains(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/problem+json",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "text/json",
        "json",
        ""
      })
  void a_body_that_is_said_to_be_something_else_is_415(String type) {
    Response response =
        service.call("POST", "/v1/allocations", bytes(LINE_BODY), "Content-Type", type);

    assertThat(response.status()).isEqualTo(415);
    assertThat(response.problem()).isEqualTo("unsupported-media-type");
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_body_of_no_said_type_is_415_and_no_body_at_all_is_400() {
    Response untyped = service.call("POST", "/v1/allocations", bytes(LINE_BODY));
    Response empty = service.call("POST", "/v1/allocations", new byte[0]);

    assertThat(untyped.status()).isEqualTo(415);
    assertThat(empty.status()).isEqualTo(400);
    assertThat(empty.fields()).containsExactly("body");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json ; v=1"
      })
  void json_is_taken_in_every_spelling_of_its_type(String type) {
    service.decides(accepted(LINE));

    Response response =
        service.call("POST", "/v1/allocations", bytes(LINE_BODY), "Content-Type", type);

    assertThat(response.status()).isEqualTo(201);
  }

  @Test
  void a_packed_body_is_415() {
    Response response = service.post("/v1/allocations", LINE_BODY, "Content-Encoding", "gzip");

    assertThat(response.status()).isEqualTo(415);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/batches/%zz        | 400
          /v1/batches/%          | 400
          /v1/batches/%4         | 400
          /v1/batches/a b        | 400
          /v1/batches/\u00fc     | 400
          /v1/products?limit=%4  | 400
          /v1/products?%zz=1     | 400
          *                      | 404
          /v1/batches/..         | 400
          """)
  void a_target_that_no_client_would_send_is_refused(String target, int status) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      assertThat(client.send(RawClient.head("GET", target)).receive().status()).isEqualTo(status);
    }
    assertThat(service.queries).isEmpty();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
