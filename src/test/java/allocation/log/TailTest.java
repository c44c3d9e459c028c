package allocation.log;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.EventsCommitted;
import allocation.domain.LoggedEvent;
import allocation.given.GivenEvents;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TailTest {
  private static final int SHARD = 3;

  private final Tail tail = new Tail();

  private void add(long first, long last) {
    List<LoggedEvent> events =
        LongStream.rangeClosed(first, last)
            .mapToObj(position ->
                GivenEvents.logged(
                    SHARD, position, "LAMP", GivenEvents.allocated("o-" + position, 1, "b1")))
            .toList();
    tail.add(new EventsCommitted(SHARD, first, last, events));
  }

  private List<Long> after(long cursor, int limit) {
    return tail.takeAfter(cursor, limit).stream().map(LoggedEvent::position).toList();
  }

  @Test
  void gives_what_follows_a_cursor_once() {
    add(1, 3);
    add(4, 5);

    assertThat(after(1, 3)).containsExactly(2L, 3L, 4L);
    assertThat(after(4, 3)).containsExactly(5L);
    assertThat(after(5, 3)).isEmpty();
  }

  @Test
  void gives_nothing_beyond_a_gap() {
    add(1, 1);
    add(3, 4);

    assertThat(after(0, 3)).isEmpty();
    assertThat(after(2, 3)).containsExactly(3L, 4L);
  }

  @Test
  void at_its_bound_it_has_all_and_one_past_it_the_newest_only() {
    add(1, Tail.MAX_EVENTS);
    assertThat(after(0, 1)).containsExactly(1L);
    add(Tail.MAX_EVENTS + 1, Tail.MAX_EVENTS + 1);
    assertThat(after(1, 1)).containsExactly(2L);

    add(Tail.MAX_EVENTS + 2, Tail.MAX_EVENTS + 4);

    assertThat(after(2, 1)).isEmpty();
    assertThat(after(Tail.MAX_EVENTS + 1, 9)).hasSize(3);
  }
}
