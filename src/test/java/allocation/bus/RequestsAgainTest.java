package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Requests.To;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is asked again when a node is silent or gone. */
final class RequestsAgainTest extends AskingNode {
  @Test
  void a_node_that_does_not_answer_is_asked_again_after_a_third_of_the_time() {
    long timeoutMs = 3_000;
    List<Message<BusMessage>> first = new ArrayList<>();
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> {
              if (first.isEmpty()) {
                first.add(request);
              } else {
                request.reply(ANSWER);
              }
            });

    assertThat(result(ask(HANDLER, timeoutMs))).isSameAs(ANSWER);

    assertThat(a.got).hasSize(2);
    assertThat(a.leftMs(1)).isPositive().isLessThanOrEqualTo(timeoutMs * 2 / 3);
  }

  @Test
  void another_is_asked_in_place_of_a_read_model_that_does_not_answer() {
    move(Set.of("here", "a", "b"), Map.of(Role.READ_MODEL, List.of("a", "b")));
    List<String> order = new CopyOnWriteArrayList<>();
    for (String node : List.of("a", "b")) {
      new Asked(
          Addresses.node(node),
          request -> {
            order.add(node);
            if (order.size() == 2) {
              request.reply(ANSWER);
            }
          });
    }

    assertThat(result(ask(new To.ReadModel(), 600))).isSameAs(ANSWER);

    assertThat(order).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void what_was_sent_to_a_node_that_is_gone_is_sent_again_at_once() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    Asked b = new Asked(Addresses.node("b"), request -> request.reply(ANSWER));
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);

    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));

    assertThat(result(answer)).isSameAs(ANSWER);
    assertThat(b.leftMs(0)).isPositive().isLessThanOrEqualTo(a.leftMs(0));
  }

  @Test
  void and_it_may_be_this_one_that_has_the_shard_now() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    new Asked(Addresses.commands(1), request -> request.reply(ANSWER));
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);

    move(Set.of("here"), Map.of(Role.HANDLER, List.of("here", "here")));

    assertThat(result(answer)).isSameAs(ANSWER);
  }

  @Test
  void a_node_that_is_there_still_may_finish_what_it_was_asked_when_its_shard_moves() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    Asked b = new Asked(Addresses.node("b"), silent -> {});
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);

    move(Set.of("here", "a", "b"), Map.of(Role.HANDLER, List.of("here", "b")));
    turn();
    a.got.getFirst().reply(ANSWER);

    assertThat(result(answer)).isSameAs(ANSWER);
    assertThat(b.got).isEmpty();
  }

  @Test
  void the_first_answer_counts_also_that_of_a_node_that_was_taken_for_gone() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    Asked b = new Asked(Addresses.node("b"), silent -> {});
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);
    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));
    until("the other is asked", () -> b.got.size() == 1);

    a.got.getFirst().reply(ANSWER);
    assertThat(result(answer)).isSameAs(ANSWER);
    b.got.getFirst().reply(found("TABLE"));
    turn();

    assertThat(answer.result()).isSameAs(ANSWER);
  }

  @Test
  void a_late_failure_of_a_node_that_was_taken_for_gone_does_not_count() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    Asked b = new Asked(Addresses.node("b"), silent -> {});
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);
    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));
    until("the other is asked", () -> b.got.size() == 1);

    CommandFailure.BUSY.reply(a.got.getFirst(), "too late");
    turn();
    assertThat(answer.isComplete()).isFalse();
    b.got.getFirst().reply(ANSWER);

    assertThat(result(answer)).isSameAs(ANSWER);
  }

  @Test
  void that_the_second_has_done_nothing_says_nothing_of_the_first() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    new Asked(Addresses.node("b"), request -> CommandFailure.BUSY.reply(request, "full"));
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);

    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));

    assertThat(CommandFailure.of(failure(answer))).isEqualTo(CommandFailure.UNKNOWN);
  }

  /** Guard: it pauses until it asks again, and has nothing under way at the one that is gone. */
  @Test
  void of_one_that_it_did_not_reach_the_second_has_the_last_word() {
    new Asked(Addresses.node("b"), request -> CommandFailure.BUSY.reply(request, "full"));
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    turn();
    assertThat(answer.isComplete()).isFalse();

    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));

    assertThat(CommandFailure.of(failure(answer))).isEqualTo(CommandFailure.BUSY);
  }

  @Test
  void nor_does_it_of_one_command_of_many() {
    CommandReply done = new CommandReply(1, 2, new Outcome.Refused(new Refusal.KeyReused()));
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    new Asked(
        Addresses.node("b"),
        request ->
            request.reply(
                new CommandGroup.Results(
                    Stream.<CommandResult>concat(
                            Stream.of(done),
                            Stream.of(CommandFailure.values()).map(CommandResult.NotDone::new))
                        .toList())));
    Future<CommandGroup.Results> answer =
        ask(HANDLER, QUESTION, CommandGroup.Results.class, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);

    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));

    assertThat(result(answer).results())
        .startsWith(done)
        .hasSize(1 + CommandFailure.values().length)
        .filteredOn(CommandResult.NotDone.class::isInstance)
        .containsOnly(new CommandResult.NotDone(CommandFailure.UNKNOWN));
  }

  @Test
  void that_the_only_one_has_done_nothing_of_many_is_said() {
    CommandGroup.Results full =
        new CommandGroup.Results(List.of(new CommandResult.NotDone(CommandFailure.BUSY)));
    new Asked(Addresses.node("a"), request -> request.reply(full));

    assertThat(result(ask(HANDLER, QUESTION, CommandGroup.Results.class, LONG_MS))).isEqualTo(full);
  }

  @Test
  void what_is_in_flight_may_be_what_was_sent_before_and_is_waited_for() {
    Asked a = new Asked(Addresses.node("a"), silent -> {});
    List<Message<BusMessage>> later = new CopyOnWriteArrayList<>();
    new Asked(
        Addresses.node("b"),
        request -> {
          later.add(request);
          if (later.size() < 3) {
            CommandFailure.IN_FLIGHT.reply(request, "it has no answer yet");
          } else {
            request.reply(ANSWER);
          }
        });
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    until("it is asked", () -> a.got.size() == 1);

    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));

    assertThat(result(answer)).isSameAs(ANSWER);
    assertThat(later).hasSize(3);
  }

  @Test
  void what_is_in_flight_and_was_sent_once_is_somebody_elses() {
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> CommandFailure.IN_FLIGHT.reply(request, "it has no answer yet"));

    assertThat(CommandFailure.of(failure(ask(HANDLER, LONG_MS))))
        .isEqualTo(CommandFailure.IN_FLIGHT);
    assertThat(a.got).hasSize(1);
  }

  @Test
  void nothing_is_sent_again_for_one_that_has_its_answer() {
    Asked a = new Asked(Addresses.node("a"), request -> request.reply(ANSWER));
    Asked b = new Asked(Addresses.node("b"), request -> request.reply(ANSWER));
    result(ask(HANDLER, LONG_MS));

    move(Set.of("here", "b"), Map.of(Role.HANDLER, List.of("here", "b")));
    turn();
    result(ask(HANDLER, LONG_MS));

    assertThat(a.got).hasSize(1);
    assertThat(b.got).hasSize(1);
  }
}
