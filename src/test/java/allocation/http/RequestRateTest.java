package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.ApiKeys;
import allocation.access.Gate;
import allocation.access.Scope;
import allocation.access.Settings;
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
