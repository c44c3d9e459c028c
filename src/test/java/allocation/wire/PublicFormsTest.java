package allocation.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.LogPositions;
import allocation.bus.Query;
import allocation.bus.View;
import allocation.domain.LoggedEvent;
import allocation.json.BadInput;
import allocation.wire.PublicLog.Request;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes to the public addresses and comes from them, there and back. */
final class PublicFormsTest {
  static LongStream seeds() {
    return MessageJsonTest.seeds();
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void everything_comes_back_as_it_was_sent(long seed) {
    RandomMessages random = new RandomMessages(seed);
    random
        .makers()
        .forEach((type, maker) -> {
          switch (maker.get()) {
            case CommandMessage message -> sentAndRead(message);
            case CommandReply reply -> {
              PublicAnswer answer = PublicAnswer.of(reply);
              assertThat(PublicAnswer.read(answer.text())).isEqualTo(answer);
              PublicAnswer without = new PublicAnswer(reply.outcome(), Optional.empty());
              assertThat(PublicAnswer.read(without.text())).isEqualTo(without);
            }
            case Query query ->
                assertThat(PublicQuery.read(PublicQuery.text(query))).isEqualTo(query);
            case View view ->
                assertThat(PublicQuery.readView(PublicQuery.text(view))).isEqualTo(view);
            case EventsCommitted nudge -> sentAndRead(nudge);
            case LogPositions news ->
                assertThat(PublicLog.readPositions(PublicLog.text(news.positions())))
                    .isEqualTo(news.positions());
            default -> {
              // Stays between nodes.
            }
          }
        });
  }

  @Test
  void questions_of_the_log_come_back_as_they_were_sent() {
    for (Request request :
        List.of(new Request.Positions(), new Request.After(3, Long.MAX_VALUE, 1))) {
      assertThat(Request.read(request.text())).isEqualTo(request);
    }
    assertThat(Request.read("{\"v\":1,\"shard\":3,\"after\":40}"))
        .isEqualTo(new Request.After(3, 40, 1_000));
  }

  @Test
  void what_a_later_service_adds_is_ignored_and_what_a_caller_adds_is_refused() {
    assertThat(PublicLog.readPositions("{\"v\":2,\"positions\":{\"3\":41},\"new\":1}"))
        .containsEntry(3, 41L);
    assertThatExceptionOfType(BadInput.class)
        .isThrownBy(() -> Request.read("{\"v\":1,\"new\":1}"))
        .withMessage("new is not known");
  }

  @Test
  void what_the_service_never_says_is_refused_loudly() {
    for (String text : List.of("", "nonsense", "[]", "{}", "{\"v\":1}", "{\"v\":0}")) {
      assertThatExceptionOfType(RuntimeException.class)
          .isThrownBy(() -> PublicLog.readPositions(text));
      assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> PublicLog.Run.read(text));
      assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> PublicAnswer.read(text));
      assertThatExceptionOfType(RuntimeException.class)
          .isThrownBy(() -> PublicQuery.readView(text));
    }
  }

  private static void sentAndRead(CommandMessage message) {
    PublicCommand sent =
        new PublicCommand(message.command(), Optional.of("id-1"), Optional.of("c-1"));
    assertThat(PublicCommand.read(sent.text())).isEqualTo(sent);
  }

  private static void sentAndRead(EventsCommitted nudge) {
    List<String> events = nudge.events().stream().map(LoggedEvent::data).toList();
    PublicLog.Run run = new PublicLog.Run(nudge.shard(), nudge.first(), nudge.last(), events);
    assertThat(PublicLog.Run.read(run.text())).isEqualTo(run);
    assertThat(PublicLog.readEvents(PublicLog.text(nudge.shard(), nudge.events())))
        .isEqualTo(events);
  }
}
