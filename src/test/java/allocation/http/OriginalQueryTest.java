package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.O1;
import static allocation.http.Examples.SKU;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Query parameters of the original, read as strictly as JSON. */
class OriginalQueryTest {
  private static final String LINE_JSON = "{\"orderid\":\"o1\",\"sku\":\"SMALL-TABLE\",\"qty\":2}";
  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void a_body_wins_over_the_query() {
    service.decides(accepted(LINE));

    service.post("/allocate?orderid=other&sku=other&qty=9&nonsense=1", LINE_JSON);

    assertThat(commands()).containsExactly(new Command.Allocate(O1, SKU, 2));
  }

  @Test
  void query_values_are_decoded_as_forms_are() {
    service.decides(accepted(LINE));

    service.call("POST", "/allocate?orderid=a%2Bb+c&sku=%C3%BC&qty=2", new byte[0]);

    assertThat(commands())
        .containsExactly(new Command.Allocate(new OrderId("a+b c"), new Sku("\u00FC"), 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ?sku=s&qty=2                                 | orderid
          ?orderid=&sku=s&qty=2                        | orderid
          ?orderid=%00&sku=s&qty=2                     | orderid
          ?orderid=%FF&sku=s&qty=2                     | orderid
          ?orderid=o&orderid=o&sku=s&qty=2             | orderid
          ?orderid=o&qty=2                             | sku
          ?orderid=o&sku=.&qty=2                       | sku
          ?orderid=o&sku=s                             | qty
          ?orderid=o&sku=s&qty=                        | qty
          ?orderid=o&sku=s&qty=0                       | qty
          ?orderid=o&sku=s&qty=-1                      | qty
          ?orderid=o&sku=s&qty=1.0                     | qty
          ?orderid=o&sku=s&qty=1e2                     | qty
          ?orderid=o&sku=s&qty=1e400                   | qty
          ?orderid=o&sku=s&qty=2147483648              | qty
          ?orderid=o&sku=s&qty=9223372036854775808     | qty
          ?orderid=o&sku=s&qty=1000000001              | qty
          ?orderid=o&sku=s&qty=%2B2                    | qty
          ?orderid=o&sku=s&qty=02                      | qty
          ?orderid=o&sku=s&qty=%D9%A2                  | qty
          ?orderid=o&sku=s&qty=ten                     | qty
          ?orderid=o&sku=s&qty=2&more=1                | more
          """)
  void a_bad_query_is_refused_by_the_fields_name(String query, String field) {
    Response response = service.call("POST", "/allocate" + query, new byte[0]);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly(field);
    assertMessageIsDetail(response);
    assertThat(service.commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "2026-02-30",
        "2026-1-1",
        "0000-01-01",
        "today",
        "2026-12-31T00:00:00",
        "10000-01-01"
      })
  void a_bad_eta_in_the_query_is_refused(String eta) {
    Response response =
        service.call("POST", "/add_batch?ref=b&sku=s&qty=1&eta=" + eta, new byte[0]);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("eta");
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
