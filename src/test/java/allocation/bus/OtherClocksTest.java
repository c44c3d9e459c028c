package allocation.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OtherClocksTest {
  private final AtomicLong nanos = new AtomicLong(-5);
  private final OtherClocks clocks = new OtherClocks(nanos::get);

  @Test
  void a_clock_that_nobody_has_shown_is_not_known() {
    clocks.learn("b", "1000");

    assertThat(clocks.sentAt("a")).isEqualTo(Requests.NOT_KNOWN);
  }

  @Test
  void one_that_was_shown_has_gone_on_since() {
    clocks.learn("a", "1000");
    pass(1, TimeUnit.SECONDS);
    pass(999_999, TimeUnit.NANOSECONDS);

    // Not a millisecond that is not over yet.
    assertThat(clocks.sentAt("a")).isEqualTo("2000");
  }

  @Test
  void the_last_word_counts_also_of_one_that_was_set_back() {
    clocks.learn("a", "1000");
    clocks.learn("a", "70");

    assertThat(clocks.sentAt("a")).isEqualTo("70");
  }

  @Test
  void clocks_run_apart_so_that_one_that_was_shown_long_ago_is_not_known() {
    clocks.learn("a", "1000");
    pass(OtherClocks.LONGEST_KNOWN_MS, TimeUnit.MILLISECONDS);
    assertThat(clocks.sentAt("a")).isEqualTo(1_000 + OtherClocks.LONGEST_KNOWN_MS + "");
    assertThat(clocks.isKnown("a")).isTrue();

    pass(1, TimeUnit.MILLISECONDS);

    assertThat(clocks.sentAt("a")).isEqualTo(Requests.NOT_KNOWN);
    assertThat(clocks.isKnown("a")).isFalse();
  }

  @Test
  void a_node_that_is_gone_is_forgotten() {
    clocks.learn("a", "1000");
    clocks.learn("b", "2000");

    clocks.forgetAllBut(Set.of("b", "c"));

    assertThat(clocks.sentAt("a")).isEqualTo(Requests.NOT_KNOWN);
    assertThat(clocks.sentAt("b")).isEqualTo("2000");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "?", "-1", "1e3", "1234567890123456"})
  void what_is_no_time_tells_nothing(String shown) {
    clocks.learn("a", "1000");

    clocks.learn("a", shown);
    clocks.learn("b", shown);

    assertThat(clocks.sentAt("a")).isEqualTo("1000");
    assertThat(clocks.sentAt("b")).isEqualTo(Requests.NOT_KNOWN);
  }

  private void pass(long time, TimeUnit unit) {
    nanos.addAndGet(unit.toNanos(time));
  }
}
