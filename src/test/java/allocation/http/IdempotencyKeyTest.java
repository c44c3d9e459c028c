package allocation.http;

import static allocation.http.Examples.CHANGE;
import static allocation.http.Examples.RELEASE;
import static allocation.http.Examples.accepted;
import static allocation.http.Examples.refused;
import static allocation.http.Examples.repeated;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commands that are known by the id that their caller gave them. */
class IdempotencyKeyTest {
  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void the_callers_idempotency_key_names_the_command_within_its_route() {
    service.decides(accepted(CHANGE));
    service.patch("/v1/batches/b1", "{\"quantity\":5}", "Idempotency-Key", "k-1");
    service.decides(accepted(RELEASE));
    service.delete("/v1/allocations/o1/SMALL-TABLE", "Idempotency-Key", "k-1");

    assertThat(service.commands).extracting(message -> message.key().id()).containsOnly("k-1");
    assertThat(service.commands)
        .extracting(message -> message.key().scope())
        .containsExactly(
            "http PATCH /v1/batches/{ref}", "http DELETE /v1/allocations/{orderId}/{sku}");
  }

  @Test
  void a_missing_idempotency_key_is_made_new_each_time() {
    service.decides(accepted(CHANGE));
    service.patch("/v1/batches/b1", "{\"quantity\":5}");
    service.patch("/v1/batches/b1", "{\"quantity\":5}");

    assertThat(service.commands)
        .extracting(message -> message.key().id())
        .doesNotHaveDuplicates()
        .allMatch(id -> !id.isBlank());
  }

  @Test
  void an_answer_that_was_stored_says_so() {
    service.decides(repeated(CHANGE));
    Response change = service.patch("/v1/batches/b1", "{\"quantity\":5}", "Idempotency-Key", "k-1");
    service.decides(repeated(RELEASE));
    Response release = service.delete("/v1/allocations/o1/SMALL-TABLE", "Idempotency-Key", "k-1");

    assertThat(change.status()).isEqualTo(200);
    assertThat(change.header("Idempotent-Replayed")).contains("true");
    assertThat(release.status()).isEqualTo(204);
    assertThat(release.header("Idempotent-Replayed")).contains("true");
  }

  @Test
  void a_no_that_was_stored_says_so_too_and_one_of_now_does_not() {
    Refusal nothing = new Refusal.NothingAllocated(new OrderId("o1"), new Sku("SMALL-TABLE"));
    service.decides(new Outcome.Refused(nothing));
    Response now = service.delete("/v1/allocations/o1/SMALL-TABLE", "Idempotency-Key", "k-1");
    service.decides(new Outcome.Refused(nothing, true));
    Response then = service.delete("/v1/allocations/o1/SMALL-TABLE", "Idempotency-Key", "k-1");

    assertThat(now.status()).isEqualTo(404);
    assertThat(now.header("Idempotent-Replayed")).isEmpty();
    assertThat(then.status()).isEqualTo(404);
    assertThat(then.header("Idempotent-Replayed")).contains("true");
  }

  @Test
  void a_key_of_another_command_is_422() {
    service.decides(refused(new Refusal.KeyReused()));

    Response response =
        service.patch("/v1/batches/b1", "{\"quantity\":5}", "Idempotency-Key", "k-1");

    assertThat(response.status()).isEqualTo(422);
    assertThat(response.problem()).isEqualTo("key-reused");
  }

  @Test
  void a_command_whose_first_has_no_answer_yet_is_409_and_may_come_again() {
    service.handles(message -> CommandFailure.IN_FLIGHT.reply(message, "it has no answer yet"));

    Response response =
        service.patch("/v1/batches/b1", "{\"quantity\":5}", "Idempotency-Key", "k-1");

    assertThat(response.status()).isEqualTo(409);
    assertThat(response.problem()).isEqualTo("in-flight");
    assertThat(response.header("Retry-After")).isPresent();
  }

  @Test
  void the_path_the_key_and_the_body_are_told_together() {
    Response response =
        service.patch("/v1/batches/%00", "{\"quantity\":-1}", "Idempotency-Key", "x".repeat(201));

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("ref", "Idempotency-Key", "quantity");
    assertThat(service.commands).isEmpty();
  }

  @Test
  void an_unprintable_idempotency_key_or_a_second_one_is_refused() throws IOException {
    for (String keys :
        new String[] {"Idempotency-Key: \u00fc", "Idempotency-Key: a\r\nIdempotency-Key: b"}) {
      try (RawClient client = new RawClient(service.port())) {
        Response response =
            client.send(RawClient.head("DELETE", "/v1/allocations/o/s", keys)).receive();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.fields()).containsExactly("Idempotency-Key");
      }
    }
    assertThat(service.commands).isEmpty();
  }
}
