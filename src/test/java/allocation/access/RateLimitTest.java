package allocation.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  // Where a nanoTime may well be: it overflows within the test.
  private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

  @Test
  void a_quiet_caller_may_send_so_many_at_once_and_then_at_the_rate() {
    RateLimit limit = new RateLimit(10, 3, () -> now);

    assertThat(taken(limit, "shop", 5)).isEqualTo(3);
    pass(100);
    assertThat(taken(limit, "shop", 5)).isEqualTo(1);
    pass(60_000);
    assertThat(taken(limit, "shop", 5)).isEqualTo(3);
  }

  @Test
  void a_second_of_requests_may_come_at_once_unless_it_is_set() {
    assertThat(taken(new RateLimit(10, 0, () -> now), "shop", 20)).isEqualTo(10);
  }

  @Test
  void who_sends_too_many_is_told_how_long_to_wait_and_is_let_in_then() {
    RateLimit limit = new RateLimit(1, 2, () -> now);
    taken(limit, "shop", 2);

    assertThat(limit.take("shop")).isEqualTo(1);
    assertThat(limit.take("shop")).as("a refusal costs nothing").isEqualTo(1);
    pass(1_000);
    assertThat(limit.take("shop")).isZero();
  }

  @Test
  void callers_do_not_share() {
    RateLimit limit = new RateLimit(1, 1, () -> now);

    assertThat(limit.take("shop")).isZero();
    assertThat(limit.take("other")).isZero();
    assertThat(limit.take("shop")).isPositive();
  }

  @Test
  void without_a_limit_nobody_is_counted() {
    RateLimit limit = new RateLimit(0, 0, () -> now);

    assertThat(taken(limit, "shop", 1_000)).isEqualTo(1_000);
    assertThat(limit.callers()).isZero();
  }

  @Test
  void any_number_of_callers_takes_no_more_than_so_much_room() {
    RateLimit limit = new RateLimit(1, 1, () -> now);
    for (int i = 0; i < RateLimit.MAX_CALLERS; i++) {
      limit.take("stranger " + i);
    }

    assertThat(limit.take("one more")).isZero();
    assertThat(limit.take("and another")).as("shares what is left").isPositive();
    assertThat(limit.callers()).isEqualTo(RateLimit.MAX_CALLERS);
    pass(2_000);
    assertThat(limit.take("later")).isZero();
    assertThat(limit.callers()).as("the quiet are forgotten").isEqualTo(1);
  }

  private static int taken(RateLimit limit, String caller, int requests) {
    int taken = 0;
    for (int i = 0; i < requests; i++) {
      taken += limit.take(caller) == 0 ? 1 : 0;
    }
    return taken;
  }

  private void pass(long milliseconds) {
    now += TimeUnit.MILLISECONDS.toNanos(milliseconds);
  }
}
