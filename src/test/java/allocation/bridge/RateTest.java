package allocation.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RateTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final Rate rate = new Rate(10, now::get);

  @Test
  void a_seconds_worth_goes_at_once_and_the_next_has_to_wait_its_turn() {
    for (int i = 0; i < 10; i++) {
      assertThat(rate.count()).isZero();
    }

    assertThat(rate.count()).isBetween(100L, 101L);
    assertThat(rate.count()).isBetween(200L, 201L);
  }

  @Test
  void who_keeps_to_the_rate_never_waits() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(rate.count()).isZero();
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  @Test
  void a_long_silence_saves_up_no_more_than_a_second() {
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    for (int i = 0; i < 10; i++) {
      rate.count();
    }

    assertThat(rate.count()).isPositive();
  }
}
