package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a node knows the age of what others have sent. */
final class RequestClocksTest extends AskingNode {
  @Test
  void a_node_whose_clock_is_not_known_shows_it_and_is_asked_again_by_it() {
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> {
              if (request.headers().get(Requests.SENT_AT_MS).equals(Requests.NOT_KNOWN)) {
                request.fail(CommandFailure.TOO_OLD, CLOCK_MS + "");
              } else {
                request.reply(ANSWER);
              }
            });

    assertThat(result(ask(HANDLER, LONG_MS))).isSameAs(ANSWER);

    assertThat(a.got).hasSize(2);
    a.assertSentSince(1, CLOCK_MS);
  }

  @Test
  void the_clock_that_a_reply_shows_is_known_until_a_later_one() {
    AtomicLong clockMs = new AtomicLong(CLOCK_MS);
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> request.reply(ANSWER, showing(clockMs.getAndAdd(-5_000_000))));

    for (int i = 0; i < 3; i++) {
      result(ask(HANDLER, LONG_MS));
    }

    assertThat(a.sentAt(0)).isEqualTo(Requests.NOT_KNOWN);
    a.assertSentSince(1, CLOCK_MS);
    a.assertSentSince(2, CLOCK_MS - 5_000_000);
  }

  @Test
  void a_clock_that_was_set_to_another_time_is_learnt_anew() {
    long setTo = CLOCK_MS + 5_000_000;
    List<Message<BusMessage>> before = new ArrayList<>();
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> {
              switch (before.size()) {
                case 0 -> request.reply(ANSWER, showing(CLOCK_MS));
                case 1 -> request.fail(CommandFailure.TOO_OLD, setTo + "");
                default -> request.reply(ANSWER);
              }
              before.add(request);
            });
    result(ask(HANDLER, LONG_MS));

    assertThat(result(ask(HANDLER, LONG_MS))).isSameAs(ANSWER);

    a.assertSentSince(2, setTo);
  }

  @Test
  void the_clock_of_a_node_that_was_gone_is_not_known() {
    Asked a = new Asked(Addresses.node("a"), request -> request.reply(ANSWER, showing(CLOCK_MS)));
    result(ask(HANDLER, LONG_MS));

    move(Set.of("here"), Map.of(Role.HANDLER, List.of("here", "here")));
    turn();
    move(Set.of("here", "a"), Map.of(Role.HANDLER, List.of("here", "a")));
    result(ask(HANDLER, LONG_MS));

    assertThat(a.sentAt(1)).isEqualTo(Requests.NOT_KNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000", "what?"})
  void what_is_too_old_each_time_is_busy_in_the_end(String clock) {
    Asked a =
        new Asked(Addresses.node("a"), request -> request.fail(CommandFailure.TOO_OLD, clock));

    assertThat(CommandFailure.of(failure(ask(HANDLER, SHORT_MS)))).isEqualTo(CommandFailure.BUSY);

    // With pauses between them.
    assertThat(a.got).hasSizeBetween(2, 20);
  }

  private static DeliveryOptions showing(long clockMs) {
    return new DeliveryOptions().addHeader(Requests.NOW_MS, String.valueOf(clockMs));
  }
}
