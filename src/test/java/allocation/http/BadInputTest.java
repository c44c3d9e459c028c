package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every bad value of every field of every body: 4xx, by the field's name, and nothing is sent. */
class BadInputTest {
  @RegisterExtension static final HttpService service = new HttpService();

  @ParameterizedTest
  @MethodSource("allocation.http.BadBodies#badFields")
  void a_bad_field_is_refused_by_its_name(BadBodies.Case bad) {
    Response response =
        service.call(
            bad.method(), bad.target(), bad.body().getBytes(), "Content-Type", "application/json");

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.problem()).isEqualTo("invalid-request");
    assertThat(response.fields()).containsExactly(bad.field());
    assertThat(service.commands).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("allocation.http.BadBodies#badBodies")
  void a_bad_body_is_refused_as_a_whole(BadBodies.Case bad) {
    Response response =
        service.call(
            bad.method(), bad.target(), bad.body().getBytes(), "Content-Type", "application/json");

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.problem()).isEqualTo("invalid-request");
    assertThat(response.fields()).containsExactly(bad.field());
    assertThat(service.commands).isEmpty();
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() {
    Response response =
        service.post("/v1/batches", "{\"ref\":\"\",\"quantity\":1.5,\"eta\":\"x\",\"more\":1}");

    assertThat(response.fields()).containsExactly("ref", "sku", "quantity", "eta", "more");
  }

  @Test
  void an_answer_does_not_outgrow_a_body_full_of_unknown_fields() {
    StringBuilder body = new StringBuilder("{\"x\":1");
    for (int i = 0; i < 5_000; i++) {
      body.append(",\"f").append(i).append("\":1");
    }

    Response response = service.post("/v1/allocations", body.append('}').toString());

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).hasSize(101);
  }

  @Test
  void the_longest_ids_and_the_largest_quantity_are_taken() {
    String id = "\uD83E\uDE91".repeat(100);
    service.decides(Examples.accepted(Examples.LINE));

    Response response =
        service.post(
            "/v1/allocations",
            "{\"orderId\":\"%s\",\"sku\":\"%s\",\"quantity\":1000000000}".formatted(id, id));

    assertThat(response.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%00", "%0A", "%7F", "%FF", "%C0%AF", "%ED%A0%80", "%2E%2E", ""})
  void a_bad_id_in_a_path_is_refused_by_its_name(String id) {
    Response response = service.get("/v1/batches/" + id);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("ref");
    assertThat(service.queries).isEmpty();
  }

  @Test
  void an_over_long_id_in_a_path_is_refused_by_its_name() {
    assertThat(service.get("/v1/batches/" + "%F0%9F%AA%91".repeat(101)).fields())
        .containsExactly("ref");
    assertThat(service.get("/v1/products/" + "x".repeat(101)).fields()).containsExactly("sku");
    assertThat(service.delete("/v1/allocations/" + "x".repeat(101) + "/%00").fields())
        .containsExactly("orderId", "sku");
    assertThat(service.get("/allocations/" + "x".repeat(101)).fields()).containsExactly("orderid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b"})
  void a_bad_idempotency_key_is_refused_by_its_name(String key) {
    Response response = service.delete("/v1/allocations/o/s", "Idempotency-Key", key);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("Idempotency-Key");
    assertThat(service.commands).isEmpty();
  }
}
