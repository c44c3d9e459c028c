package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Requests.To;
import allocation.domain.BatchRef;
import allocation.domain.Sku;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestsTest {
  /** Longer than any test waits: what comes within it did not come because it was over. */
  private static final long LONG_MS = 600_000;

  private static final long SHORT_MS = 300;

  /** What another node's clock shows. */
  private static final long CLOCK_MS = 7_000_000_000_000L;

  private static final BusMessage QUESTION = new BatchOwner(new BatchRef("b1"));
  private static final BatchOwner.Found ANSWER = found("CHAIR");
  private static final To HANDLER = new To.Handler(1);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final CurrentPlacement placement = new CurrentPlacement(ofHandlers("here", "a"));
  private Requests requests = Requests.alone(vertx);

  @BeforeEach
  void register() {
    WireCodec.register(vertx.eventBus());
    requests = Later.on(context, () -> Future.succeededFuture(new Requests(vertx, placement)));
  }

  @AfterEach
  void close() {
    assertThat(Later.on(context, () -> Future.succeededFuture(requests.away())))
        .as("what is kept of requests that have their answers")
        .isZero();
    result(vertx.close());
  }

  /** Somebody who is asked; notes every request before it reacts. */
  private final class Asked {
    final List<Message<BusMessage>> got = new CopyOnWriteArrayList<>();
    private final MessageConsumer<BusMessage> consumer;

    Asked(String address, Consumer<Message<BusMessage>> reaction) {
      consumer =
          vertx
              .eventBus()
              .localConsumer(
                  address,
                  request -> {
                    got.add(request);
                    reaction.accept(request);
                  });
      result(consumer.completion());
    }

    long leftMs(int request) {
      return Long.parseLong(got.get(request).headers().get(Requests.LEFT_MS));
    }

    String sentAt(int request) {
      return got.get(request).headers().get(Requests.SENT_AT_MS);
    }

    /** By a clock that stood at this when it was last shown. */
    void assertSentSince(int request, long shownMs) {
      assertThat(Long.parseLong(sentAt(request))).isBetween(shownMs, shownMs + LONG_MS);
    }
  }

  @Test
  void a_node_that_is_alone_asks_itself_once() {
    Asked handler = new Asked(Addresses.commands(1), RequestsTest::moved);
    Requests alone = Requests.alone(vertx);

    Throwable cause = failure(alone.ask(HANDLER, QUESTION, BatchOwner.Found.class, LONG_MS));

    assertThat(CommandFailure.of(cause)).isEqualTo(CommandFailure.BUSY);
    assertThat(handler.got).hasSize(1);
    assertThat(handler.got.getFirst().body()).isSameAs(QUESTION);
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
    Asked a = new Asked(Addresses.node("a"), RequestsTest::moved);

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

  private Future<BatchOwner.Found> ask(To to, long timeoutMs) {
    return ask(to, QUESTION, timeoutMs);
  }

  private Future<BatchOwner.Found> ask(To to, BusMessage question, long timeoutMs) {
    Promise<BatchOwner.Found> answer = Promise.promise();
    context.runOnContext(
        turn -> requests.ask(to, question, BatchOwner.Found.class, timeoutMs).onComplete(answer));
    return answer.future();
  }

  private void move(Set<String> live, Map<Role, List<String>> owners) {
    placement.moveTo(new Placement("here", live, owners), vertx.eventBus());
  }

  /** Whatever could have happened by now has. */
  private void turn() {
    for (int i = 0; i < 20; i++) {
      Later.on(context, Future::succeededFuture);
    }
  }

  private static Placement ofHandlers(String... nodes) {
    return new Placement("here", Set.of("here", "a", "b"), Map.of(Role.HANDLER, List.of(nodes)));
  }

  private static BatchOwner.Found found(String sku) {
    return new BatchOwner.Found(Optional.of(new Sku(sku)));
  }

  private static void moved(Message<BusMessage> request) {
    request.fail(CommandFailure.MOVED, "not served by this node");
  }
}
