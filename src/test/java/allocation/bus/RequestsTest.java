package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.Requests.To;
import allocation.domain.BatchRef;
import allocation.given.Later;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RequestsTest extends AskingNode {
  @Test
  void a_node_that_is_alone_asks_itself_once() {
    Asked handler = new Asked(Addresses.commands(1), AskingNode::moved);
    Requests alone = Requests.alone(vertx);

    Throwable cause = failure(alone.ask(HANDLER, QUESTION, BatchOwner.Found.class, LONG_MS));

    assertThat(CommandFailure.of(cause)).isEqualTo(CommandFailure.BUSY);
    assertThat(handler.got).hasSize(1);
    assertThat(handler.got.getFirst().body()).isSameAs(QUESTION);
  }

  /** Guard: what is under way would be changed by two threads at a time. */
  @Test
  void who_asks_a_cluster_does_so_on_the_event_loop_of_his_own() {
    Requests made = new Requests(vertx, placement);

    assertThatThrownBy(() ->
            Later.on(
                vertx.getOrCreateContext(),
                () -> made.ask(HANDLER, QUESTION, BatchOwner.Found.class, LONG_MS)))
        .hasStackTraceContaining("made on ");
  }

  @Test
  void what_is_served_here_is_asked_here() {
    Asked own = new Asked(Addresses.commands(0), request -> request.reply(ANSWER));
    Asked itself = new Asked(Addresses.node("here"), request -> request.reply(found("TABLE")));

    assertThat(result(ask(new To.Handler(0), LONG_MS))).isSameAs(ANSWER);

    assertThat(own.got).hasSize(1);
    assertThat(itself.got).isEmpty();
  }

  @Test
  void what_is_served_elsewhere_is_asked_at_that_node_which_is_told_how_long_one_waits() {
    Asked a = new Asked(Addresses.node("a"), request -> request.reply(ANSWER));
    Asked here = new Asked(Addresses.commands(1), request -> request.reply(found("TABLE")));

    assertThat(result(ask(HANDLER, LONG_MS))).isSameAs(ANSWER);

    assertThat(here.got).isEmpty();
    assertThat(a.got).hasSize(1);
    assertThat(a.got.getFirst().body()).isSameAs(QUESTION);
    assertThat(a.leftMs(0)).isPositive().isLessThanOrEqualTo(LONG_MS);
  }

  @Test
  void what_any_handler_knows_is_asked_here_if_one_runs_here() {
    Asked here = new Asked(Addresses.BATCH_OWNERS, request -> request.reply(ANSWER));

    for (int i = 0; i < 3; i++) {
      assertThat(result(ask(new To.AnyHandler(), LONG_MS))).isSameAs(ANSWER);
    }

    assertThat(here.got).hasSize(3);
  }

  @Test
  void what_any_node_knows_is_asked_of_one_after_the_other() {
    move(
        Set.of("here", "a", "b"),
        Map.of(Role.HANDLER, List.of("here"), Role.READ_MODEL, List.of("a", "b", "")));
    Asked a = new Asked(Addresses.node("a"), request -> request.reply(ANSWER));
    Asked b = new Asked(Addresses.node("b"), request -> request.reply(ANSWER));

    for (int i = 0; i < 4; i++) {
      result(ask(new To.ReadModel(), LONG_MS));
    }

    assertThat(a.got).hasSize(2);
    assertThat(b.got).hasSize(2);
  }

  @Test
  void a_read_model_of_this_node_is_asked_before_others() {
    move(Set.of("here", "a"), Map.of(Role.READ_MODEL, List.of("a", "here")));
    Asked here = new Asked(Addresses.QUERIES, request -> request.reply(ANSWER));

    for (int i = 0; i < 3; i++) {
      result(ask(new To.ReadModel(), LONG_MS));
    }

    assertThat(here.got).hasSize(3);
  }

  @Test
  void one_that_has_handed_over_is_asked_again_until_the_new_owner_is_known() {
    Asked b = new Asked(Addresses.node("b"), request -> request.reply(ANSWER));
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> {
              moved(request);
              move(Set.of("here", "a", "b"), Map.of(Role.HANDLER, List.of("here", "b")));
            });

    assertThat(result(ask(HANDLER, LONG_MS))).isSameAs(ANSWER);

    assertThat(a.got).hasSize(1);
    assertThat(b.got).hasSize(1);
  }

  @Test
  void a_shard_on_its_way_here_is_asked_for_until_it_is_taken() {
    Future<BatchOwner.Found> answer = ask(new To.Handler(0), LONG_MS);
    turn();
    assertThat(answer.isComplete()).isFalse();

    new Asked(Addresses.commands(0), request -> request.reply(ANSWER));

    assertThat(result(answer)).isSameAs(ANSWER);
  }

  @Test
  void a_shard_that_nobody_has_is_waited_for() {
    move(Set.of("here"), Map.of());
    Future<BatchOwner.Found> answer = ask(HANDLER, LONG_MS);
    turn();
    assertThat(answer.isComplete()).isFalse();
    new Asked(Addresses.commands(1), request -> request.reply(ANSWER));

    move(Set.of("here"), Map.of(Role.HANDLER, List.of("here", "here")));

    assertThat(result(answer)).isSameAs(ANSWER);
  }

  @Test
  void what_was_certainly_not_done_by_the_end_is_busy() {
    Asked a = new Asked(Addresses.node("a"), AskingNode::moved);

    assertThat(CommandFailure.of(failure(ask(HANDLER, SHORT_MS)))).isEqualTo(CommandFailure.BUSY);

    assertThat(a.got).hasSizeGreaterThan(2);
    for (int i = 1; i < a.got.size(); i++) {
      assertThat(a.leftMs(i)).isLessThan(a.leftMs(i - 1));
    }
  }

  @Test
  void so_is_what_no_node_was_there_for() {
    assertThat(CommandFailure.of(failure(ask(HANDLER, SHORT_MS)))).isEqualTo(CommandFailure.BUSY);
    assertThat(CommandFailure.of(failure(ask(new To.Handler(0), SHORT_MS))))
        .isEqualTo(CommandFailure.BUSY);
    assertThat(CommandFailure.of(failure(ask(new To.ReadModel(), SHORT_MS))))
        .isEqualTo(CommandFailure.BUSY);
  }

  @Test
  void what_may_have_been_done_by_the_end_is_unknown() {
    List<Message<BusMessage>> first = new ArrayList<>();
    Asked a =
        new Asked(
            Addresses.node("a"),
            request -> {
              // Silent once, and then without the shard.
              if (first.isEmpty()) {
                first.add(request);
              } else {
                moved(request);
              }
            });

    assertThat(CommandFailure.of(failure(ask(HANDLER, SHORT_MS))))
        .isEqualTo(CommandFailure.UNKNOWN);

    assertThat(a.got).hasSizeGreaterThan(1);
  }

  @Test
  void a_refusal_ends_it() {
    for (CommandFailure refusal : CommandFailure.values()) {
      Asked a = new Asked(Addresses.node("a"), request -> refusal.reply(request, "no"));

      assertThat(CommandFailure.of(failure(ask(HANDLER, LONG_MS)))).isEqualTo(refusal);

      assertThat(a.got).hasSize(1);
      result(a.consumer.unregister());
    }
  }

  @Test
  void an_answer_that_cannot_be_read_ends_it_as_unknown() {
    Asked a = new Asked(Addresses.node("a"), request -> request.reply(new Unreadable("new")));

    Throwable cause = failure(ask(HANDLER, LONG_MS));

    assertThat(CommandFailure.of(cause)).isEqualTo(CommandFailure.UNKNOWN);
    assertThat(cause).hasMessage("new");
    assertThat(a.got).hasSize(1);
  }

  @Test
  void many_at_once_each_get_their_own_answer() {
    new Asked(
        Addresses.node("a"),
        request -> {
          BatchOwner asked = (BatchOwner) request.body();
          request.reply(found(asked.ref().value()));
        });

    List<Future<BatchOwner.Found>> answers =
        List.of("x", "y", "z").stream()
            .map(ref -> ask(HANDLER, new BatchOwner(new BatchRef(ref)), LONG_MS))
            .toList();

    assertThat(answers.stream().map(answer -> result(answer)))
        .containsExactly(found("x"), found("y"), found("z"));
  }
}
