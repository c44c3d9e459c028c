package allocation.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LingerTest {
  @Test
  void nobody_waits_after_a_command_that_was_alone() {
    assertThat(Linger.after(0, 0, Duration.ofMillis(8))).isZero();
    assertThat(Linger.after(1, 0, Duration.ofMillis(8))).isZero();
  }

  @Test
  void after_several_it_is_half_of_what_they_took_to_the_nearest_millisecond() {
    assertThat(Linger.after(2, 0, Duration.ofMillis(8))).isEqualTo(4);
    assertThat(Linger.after(500, 0, Duration.ofNanos(2_900_000))).isEqualTo(1);
    assertThat(Linger.after(2, 0, Duration.ofMillis(3))).isEqualTo(2);
    assertThat(Linger.after(2, 0, Duration.ofNanos(990_000))).isZero();
  }

  @Test
  void there_is_no_waiting_when_twice_as_many_have_come_already() {
    assertThat(Linger.after(30, 59, Duration.ofMillis(8))).isEqualTo(4);
    assertThat(Linger.after(30, 60, Duration.ofMillis(8))).isZero();
  }

  @Test
  void it_is_never_more_than_ten_milliseconds_nor_less_than_none() {
    assertThat(Linger.after(2, 0, Duration.ofMillis(20))).isEqualTo(10);
    assertThat(Linger.after(2, 0, Duration.ofMinutes(1))).isEqualTo(10);
    assertThat(Linger.after(2, 0, Duration.ofMillis(-1))).isZero();
    assertThat(Linger.after(2, 0, Duration.ofMinutes(-1))).isZero();
  }
}
