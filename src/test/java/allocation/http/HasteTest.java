package allocation.http;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HasteTest {
  private static final String ONE = "one connection";
  private static final String OTHER = "another";

  private final Vertx vertx = Vertx.vertx();
  private final Haste haste = new Haste(vertx);

  @AfterEach
  void close() {
    result(vertx.close());
  }

  private long hold(String connection, long atMillis) {
    return haste.holdMillis(connection, TimeUnit.MILLISECONDS.toNanos(atMillis));
  }

  @Test
  void the_first_refusal_of_each_connection_is_told_at_once() {
    assertThat(hold(ONE, 0)).isZero();
    assertThat(hold(OTHER, 1)).isZero();
  }

  @Test
  void who_comes_back_within_the_pause_is_told_when_it_is_over() {
    hold(ONE, 0);

    assertThat(hold(ONE, 10)).isEqualTo(31);
  }

  @Test
  void the_pause_doubles_for_who_comes_back_each_time_and_has_an_end() {
    long now = 0;
    hold(ONE, now);
    for (long pause : new long[] {40, 80, 160, 320, 640, 640, 640}) {
      long hold = hold(ONE, now);
      assertThat(hold).isBetween(pause, pause + 1);
      now += pause;
    }
  }

  @Test
  void the_pause_begins_when_the_refusal_is_told_however_late_that_is() {
    hold(ONE, 0);
    assertThat(hold(ONE, 10)).isEqualTo(31);
    haste.told(ONE, TimeUnit.MILLISECONDS.toNanos(500));

    assertThat(hold(ONE, 510)).isEqualTo(71);
  }

  @Test
  void who_lets_the_pause_go_by_begins_anew() {
    hold(ONE, 0);
    hold(ONE, 1);

    assertThat(hold(ONE, 120)).isZero();
    assertThat(hold(ONE, 121)).isEqualTo(40);
  }

  @Test
  void a_connection_that_is_gone_is_forgotten() {
    hold(ONE, 0);
    haste.forget(ONE);
    haste.told(ONE, 1);

    assertThat(haste.size()).isZero();
    assertThat(hold(ONE, 1)).isZero();
  }

  @Test
  void what_is_held_back_is_said_in_the_end() {
    Promise<Void> first = Promise.promise();
    haste.turnAway(OTHER, first::complete);
    assertThat(first.future().isComplete()).isTrue();

    long begun = System.nanoTime();
    haste.holdMillis(ONE, System.nanoTime());
    Promise<Void> second = Promise.promise();
    haste.turnAway(ONE, second::complete);
    result(second.future());

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(40));
  }
}
