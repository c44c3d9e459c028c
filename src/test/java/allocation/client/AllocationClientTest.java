package allocation.client;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.PublicFailure;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.View;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.wire.PublicCommand;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AllocationClientTest {
  private static final Sku CHAIR = new Sku("CHAIR");
  private static final Command TAKE = new Command.Allocate(new OrderId("o1"), CHAIR, 8);
  private static final Query PRODUCT = new Query.ProductBySku(CHAIR, new Freshness.Any());
  private static final String NO_STOCK =
      """
      {"v":1,"shard":3,"position":41,
       "outcome":{"outcome":"refused","refusal":"NoStock","largest":3,"total":5}}
      """;

  private final Vertx vertx = Vertx.vertx();
  private final FakeLink link = new FakeLink();
  private final AllocationClient client = new AllocationClient(vertx, link, Duration.ofSeconds(15));

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_no_of_the_service_is_an_outcome_with_its_position() {
    link.service = json -> Future.succeededFuture(NO_STOCK);

    Answered answered = result(client.send(TAKE, "my-id"));

    assertThat(answered)
        .isEqualTo(new Answered(new Outcome.Refused(new Refusal.NoStock(3, 5)), Map.of(3, 41L)));
    assertThat(answered.seen()).isEqualTo(new Freshness.AtLeast(Map.of(3, 41L)));
    assertThat(PublicCommand.read(link.asked.getFirst()))
        .isEqualTo(new PublicCommand(TAKE, Optional.of("my-id"), Optional.empty()));
  }

  @Test
  void a_batch_that_was_never_made_has_no_position() {
    answerInTurn(
        List.of(
            Future.succeededFuture(
                "{\"v\":1,\"outcome\":{\"outcome\":\"refused\",\"refusal\":\"UnknownBatch\",\"ref\":\"b\"}}")));

    Answered answered = result(client.send(TAKE));

    assertThat(answered.positions()).isEmpty();
    assertThat(answered.seen()).isEqualTo(new Freshness.Any());
  }

  @Test
  void a_command_is_sent_again_under_the_same_id_while_it_has_no_answer() {
    answerInTurn(
        List.of(
            Future.failedFuture(PublicFailure.BUSY.exception("busy")),
            Future.failedFuture(new ReplyException(ReplyFailure.TIMEOUT, "late")),
            Future.failedFuture(PublicFailure.UNKNOWN.exception("who knows")),
            Future.succeededFuture(NO_STOCK)));

    result(client.send(TAKE));

    List<String> ids =
        link.asked.stream().map(json -> PublicCommand.read(json).id().orElseThrow()).toList();
    assertThat(ids).hasSize(4).containsOnly(ids.getFirst());
  }

  @Test
  void two_commands_have_two_ids() {
    link.service = json -> Future.succeededFuture(NO_STOCK);

    result(client.send(TAKE));
    result(client.send(TAKE));

    assertThat(link.asked).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERNAL", "INVALID", "DENIED"})
  void what_will_not_pass_fails_at_once(PublicFailure failure) {
    link.service = json -> Future.failedFuture(failure.exception("no"));

    assertThat(PublicFailure.of(failure(client.send(TAKE)))).isEqualTo(failure);
    assertThat(link.asked).hasSize(1);
  }

  @Test
  void what_may_be_done_stays_unknown_though_every_later_try_is_busy() {
    answerInTurn(List.of(Future.failedFuture(new ReplyException(ReplyFailure.TIMEOUT, "late"))));

    Throwable cause = failure(client.within(Duration.ofMillis(300)).send(TAKE));

    assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.UNKNOWN);
    assertThat(cause).hasMessageContaining("nobody is there");
    assertThat(link.asked).hasSizeGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERNAL", "INVALID", "DENIED"})
  void what_may_be_done_stays_unknown_though_a_later_try_is_refused(PublicFailure failure) {
    answerInTurn(
        List.of(
            Future.failedFuture(PublicFailure.UNKNOWN.exception("who knows")),
            Future.failedFuture(failure.exception("no"))));

    Throwable cause = failure(client.send(TAKE));

    assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.UNKNOWN);
    assertThat(cause).hasMessageEndingWith("no");
    assertThat(link.asked).hasSize(2);
  }

  @Test
  void a_question_writes_nothing_and_fails_with_what_was_said_last() {
    answerInTurn(
        List.of(
            Future.failedFuture(new ReplyException(ReplyFailure.TIMEOUT, "late")),
            Future.failedFuture(PublicFailure.INTERNAL.exception("no"))));

    assertThat(PublicFailure.of(failure(client.ask(PRODUCT)))).isEqualTo(PublicFailure.INTERNAL);
  }

  @Test
  void nothing_is_sent_again_after_a_close() {
    answerInTurn(List.of(Future.failedFuture(PublicFailure.UNKNOWN.exception("who knows"))));
    Future<Answered> sent = client.within(Duration.ofHours(1)).send(TAKE);
    until("it is busy", () -> link.asked.size() > 1);

    result(client.close());

    assertThat(PublicFailure.of(failure(sent))).isEqualTo(PublicFailure.UNKNOWN);
  }

  @Test
  void gives_up_when_the_time_is_over_with_what_was_said_last() {
    AllocationClient impatient = client.within(Duration.ofMillis(300));

    assertThat(failure(impatient.send(TAKE))).hasMessage("nobody is there");
    assertThat(link.asked).hasSizeGreaterThan(1);
  }

  @Test
  void a_view_that_is_behind_is_asked_again() {
    answerInTurn(
        List.of(
            Future.succeededFuture("{\"v\":1,\"view\":{\"type\":\"Behind\",\"why\":\"shard 3\"}}"),
            Future.succeededFuture("{\"v\":1,\"view\":{\"type\":\"Unknown\"}}")));

    assertThat(result(client.ask(PRODUCT))).isEqualTo(new View.Unknown());
  }

  @Test
  void a_view_that_stays_behind_is_busy_in_the_end() {
    link.service =
        json ->
            Future.succeededFuture("{\"v\":1,\"view\":{\"type\":\"Behind\",\"why\":\"shard 3\"}}");

    Throwable cause = failure(client.within(Duration.ofMillis(200)).ask(PRODUCT));

    assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.BUSY);
    assertThat(cause).hasMessage("shard 3");
  }

  @Test
  void an_answer_comes_home_to_the_event_loop_that_asked() {
    link.service = json -> Future.succeededFuture(NO_STOCK);

    Boolean home =
        result(
            Future.future(promise ->
                vertx.runOnContext(turn -> {
                  Thread asked = Thread.currentThread();
                  client
                      .send(TAKE)
                      .map(answered -> Thread.currentThread().equals(asked))
                      .onComplete(promise);
                })));

    assertThat(home).isTrue();
  }

  /** And after them what is said when nobody is there. */
  private void answerInTurn(List<Future<String>> answers) {
    Function<String, Future<String>> nobody = link.service;
    Deque<Future<String>> left = new ArrayDeque<>(answers);
    link.service = json -> left.isEmpty() ? nobody.apply(json) : left.removeFirst();
  }
}
