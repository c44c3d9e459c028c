package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.ApiKeys;
import allocation.access.Gate;
import allocation.access.RateLimit;
import allocation.access.Scope;
import allocation.access.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How often a caller is let in. */
class RequestRateTest {
  private static final int AT_ONCE = 3;

  @RegisterExtension
  static final HttpService known = new HttpService(HttpService.SETTINGS, Callers.gate(1, AT_ONCE));

  @RegisterExtension
  static final HttpService unknown =
      new HttpService(
          HttpService.SETTINGS,
          Gate.of(
              new Settings(
                  Settings.Open.LOOPBACK,
                  Optional.empty(),
                  ApiKeys.NONE,
                  Optional.empty(),
                  1,
                  AT_ONCE)));

  @Test
  void a_caller_that_sends_too_many_is_told_when_to_come_again_and_others_are_not() {
    Response last = last(known, "/v1/products", Callers.bearer(Scope.READ));

    assertThat(last.status()).isEqualTo(429);
    assertThat(last.problem()).isEqualTo("too-many-requests");
    assertThat(last.header("Retry-After")).contains("1");
    assertThat(known.get("/metrics", "Authorization", Callers.bearer(Scope.OPERATE)).status())
        .isEqualTo(200);
  }

  @Test
  void who_comes_back_at_once_waits_for_the_next_refusal_and_not_for_another_answer()
      throws IOException {
    String question =
        RawClient.head("GET", "/v1/products", "Authorization: " + Callers.bearer(Scope.READ));
    last(known, "/v1/products", Callers.bearer(Scope.READ));
    assertHeldBack(question);
  }

  private static void assertHeldBack(String request) throws IOException {
    try (RawClient hasty = new RawClient(known.port())) {
      long begun = System.nanoTime();
      // In one piece, so that each of them is there when the one before it is answered.
      hasty.send(request.repeat(10 * AT_ONCE));
      int refused = 0;
      while (refused < 4) {
        refused += hasty.receive().status() == 429 ? 1 : 0;
      }

      // Each of the three after the first was told a pause after the one before, or came that late.
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThan(Duration.ofMillis(3 * Haste.SHORTEST_PAUSE));
    }
  }

  /** Guard: a new connection for each would cost more than what the rate is to save. */
  @Test
  void a_body_changes_nothing_of_that() throws IOException {
    String body = "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":1}";
    String command =
        RawClient.head(
                "POST",
                "/v1/allocations",
                "Authorization: " + Callers.bearer(Scope.ALLOCATE),
                "Content-Type: application/json",
                "Content-Length: " + body.length())
            + body;
    last(known, "/metrics", Callers.bearer(Scope.ALLOCATE));

    assertHeldBack(command);
  }

  @Test
  void who_waits_for_a_word_before_the_body_is_told_without_it() throws IOException {
    String head =
        RawClient.head(
            "POST",
            "/v1/allocations",
            "Authorization: " + Callers.bearer(Scope.ALLOCATE),
            "Content-Type: application/json",
            "Expect: 100-continue",
            "Content-Length: 60");
    List<Integer> first = new ArrayList<>();
    for (int i = 0; i < 10 * AT_ONCE; i++) {
      try (RawClient polite = new RawClient(known.port())) {
        first.add(polite.send(head).receive().status());
      }
    }

    // Some are let in, and told to go on.
    assertThat(first).contains(429).allMatch(status -> status == 429 || status == 100);
  }

  @Test
  void however_many_strangers_there_are_who_is_known_has_a_rate_of_his_own() {
    Gate gate = Callers.gate(1, 1);
    for (int i = 0; i <= RateLimit.MAX_CALLERS; i++) {
      gate.strangers().take("10.0.0." + i);
    }

    assertThat(gate.strangers().take("one more")).isPositive();
    assertThat(gate.callers().take("known")).isZero();
    assertThat(gate.callers().take("known, too")).isZero();
  }

  @Test
  void strangers_of_one_address_share_what_they_may() {
    assertThat(last(known, "/v1/products", "Bearer nonsense").status()).isEqualTo(429);
    assertThat(last(known, "/health/live", "Bearer nonsense").status()).isEqualTo(200);
  }

  @Test
  void a_scope_that_is_missing_counts_too() {
    assertThat(last(known, "/metrics", Callers.bearer(Scope.ALLOCATE)).status()).isEqualTo(429);
  }

  @Test
  void where_nobody_is_asked_the_address_counts() {
    assertThat(last(unknown, "/v1/products", "").status()).isEqualTo(429);
    assertThat(last(unknown, "/health/ready", "").status()).isEqualTo(200);
  }

  /** The answer to more requests at once than a caller may send, however slow this machine is. */
  private static Response last(HttpService service, String target, String authorization) {
    String[] headers =
        authorization.isEmpty() ? new String[0] : new String[] {"Authorization", authorization};
    return IntStream.range(0, 10 * AT_ONCE)
        .mapToObj(i -> service.get(target, headers))
        .filter(response -> response.status() == 429)
        .findFirst()
        .orElseGet(() -> service.get(target, headers));
  }
}
