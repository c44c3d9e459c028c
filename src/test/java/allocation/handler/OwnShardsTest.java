package allocation.handler;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Handlers.failureOf;
import static allocation.handler.Handlers.outcome;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandReply;
import allocation.bus.OwnShards;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shards that come to a handler and go while it works. */
final class OwnShardsTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final Sku STOOL = sku(3, 1);
  private static final Sku TABLE = sku(9, 0);

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private final Handlers handlers = Handlers.over(ledger, 1_000, 100, 100, List.of(3, 9));

  @AfterEach
  void close() {
    handlers.close();
  }

  @Test
  void a_shard_that_is_left_has_no_handler() {
    assertThat(result(handlers.own(9))).isEqualTo(new OwnShards(List.of(9)));

    assertThat(failure(handlers.send(CHAIR, create("b1", CHAIR))))
        .isInstanceOfSatisfying(
            ReplyException.class,
            cause -> assertThat(cause.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS));
    assertThat(outcome(handlers.send(TABLE, create("t1", TABLE))))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_shard_that_is_taken_is_served_when_the_word_of_it_comes() {
    result(handlers.own(3, 9, 4));

    Sku lamp = sku(4, 0);
    assertThat(outcome(handlers.send(lamp, create("l1", lamp))))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void what_is_queued_when_its_shard_is_left_is_answered_before_that_is_said() {
    HeldCommit held = holdOne(TABLE);
    List<Future<CommandReply>> sent = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      sent.add(handlers.send(CHAIR, create("b" + i, CHAIR)));
    }
    handlers.untilQueued(250);

    Future<OwnShards> left = handlers.own(9);
    untilLeft();
    assertThat(left.isComplete()).isFalse();
    assertThat(sent).noneMatch(Future::isComplete);
    held.release();

    result(left);
    // More than two units of work, and the last of them is done.
    assertThat(ledger.events(3)).hasSize(250);
    result(Future.all(sent));
  }

  @Test
  void a_commit_under_way_is_waited_for_when_nothing_is_queued() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> sent = handlers.send(CHAIR, create("b1", CHAIR));
    result(held.reached());

    Future<OwnShards> left = handlers.own(9);
    untilLeft();
    assertThat(left.isComplete()).isFalse();
    held.release();

    result(left);
    assertThat(ledger.events(3)).hasSize(1);
    assertThat(outcome(sent)).isInstanceOf(Outcome.Accepted.class);
  }

  /** Guard: who moves shards asks again when it has waited for long, and believes the answer. */
  @Test
  void what_is_said_twice_is_done_only_when_it_is_done_once() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> sent = handlers.send(CHAIR, create("b1", CHAIR));
    result(held.reached());
    handlers.own(9);
    untilLeft();

    Future<OwnShards> again = handlers.own(9);
    Future<OwnShards> andBack = handlers.own(3, 9);

    assertThat(failure(handlers.send(CHAIR, create("b2", CHAIR))))
        .as("something that comes after the second word was heard")
        .isInstanceOf(ReplyException.class);
    assertThat(again.isComplete()).isFalse();
    held.release();
    result(again);
    assertThat(outcome(sent)).isInstanceOf(Outcome.Accepted.class);
    result(andBack);
    assertThat(loadedFor(handlers, CHAIR)).containsExactly(CHAIR);
  }

  @Test
  void commands_of_the_shards_that_stay_go_on_and_are_not_waited_for() {
    HeldCommit first = holdOne(TABLE);
    Future<CommandReply> leaving = handlers.send(CHAIR, create("b1", CHAIR));
    handlers.untilQueued(1);
    Future<OwnShards> left = handlers.own(9);
    untilLeft();
    // Comes after the shard was left, and is in the way of nobody.
    HeldCommit second = ledger.holdNextCommit();
    first.release();
    result(second.reached());
    HeldCommit third = ledger.holdNextCommit();
    Future<CommandReply> staying = handlers.send(TABLE, create("t1", TABLE));
    handlers.untilQueued(1);
    assertThat(left.isComplete()).isFalse();
    second.release();

    result(left);
    assertThat(outcome(leaving)).isInstanceOf(Outcome.Accepted.class);
    result(third.reached());
    assertThat(staying.isComplete()).isFalse();
    third.release();

    assertThat(outcome(staying)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_shard_is_taken_only_when_those_that_are_lost_are_finished() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> sent = handlers.send(CHAIR, create("b1", CHAIR));
    result(held.reached());
    Sku lamp = sku(4, 0);

    Future<OwnShards> moved = handlers.own(9, 4);
    untilLeft();
    assertThat(failureOf(handlers.send(lamp, create("l1", lamp)))).isEqualTo(CommandFailure.BUSY);
    held.release();

    result(moved);
    assertThat(outcome(sent)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(handlers.send(lamp, create("l2", lamp))))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_shard_that_comes_back_is_served_and_nothing_of_it_is_remembered() {
    outcome(handlers.send(CHAIR, create("b1", CHAIR)));
    outcome(handlers.send(TABLE, create("t1", TABLE)));
    result(handlers.own(9));

    result(handlers.own(3, 9));

    assertThat(loadedFor(handlers, TABLE)).isEmpty();
    assertThat(loadedFor(handlers, CHAIR)).containsExactly(CHAIR);
  }

  @Test
  void what_another_has_written_meanwhile_is_seen_without_losing_a_race() {
    outcome(handlers.send(CHAIR, create("b1", CHAIR)));
    result(handlers.own(9));
    try (Handlers other = Handlers.over(ledger, 1_000, 100, 100, List.of(3))) {
      for (int i = 0; i < 10; i++) {
        assertThat(outcome(other.send(CHAIR, take("o" + i, CHAIR))))
            .isInstanceOf(Outcome.Accepted.class);
      }
      result(other.own());
    }
    result(handlers.own(3));

    assertThat(outcome(handlers.send(CHAIR, take("one too many", CHAIR))))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(handlers.registry.get("allocation.races.lost").counter().count()).isZero();
  }

  @Test
  void nothing_is_waited_for_when_nothing_is_lost() {
    HeldCommit held = holdOne(TABLE);

    result(handlers.own(3, 9, 4));

    held.release();
  }

  @Test
  void products_are_remembered_up_to_the_bound_over_the_shards_that_there_are() {
    try (Handlers few = Handlers.over(ledger, 1_000, 100, 2, List.of(3))) {
      outcome(few.send(CHAIR, create("b1", CHAIR)));
      outcome(few.send(STOOL, create("b2", STOOL)));
      assertThat(loadedFor(few, CHAIR)).isEmpty();
      result(few.own(3, 9));

      // There is room for one product of each shard: the one used last.
      assertThat(loadedFor(few, STOOL)).containsExactly(STOOL);
      result(few.own(3));
      assertThat(loadedFor(few, CHAIR)).containsExactly(CHAIR);
      assertThat(loadedFor(few, STOOL)).isEmpty();
    }
  }

  @Test
  void a_handler_that_stops_says_no_more_which_shards_are_its_own() {
    result(handlers.stop());

    assertThat(failure(handlers.own(3)))
        .isInstanceOfSatisfying(
            ReplyException.class,
            cause -> assertThat(cause.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS));
  }

  /** The products that one more command about the SKU has to load. */
  private Iterable<Sku> loadedFor(Handlers some, Sku sku) {
    result(some.send(sku, new Command.Deallocate(new OrderId("nobody"), sku)));
    return ledger.loads().getLast().products();
  }

  /** Until nobody takes commands of shard 3 any more. */
  private void untilLeft() {
    until("it takes no more", () -> isRefused(handlers.ask(Addresses.commands(3), "nothing")));
  }

  private static boolean isRefused(Future<Object> asked) {
    return failure(asked) instanceof ReplyException refusal
        && refusal.failureType() == ReplyFailure.NO_HANDLERS;
  }

  /** A commit is under way, about something else, so that what comes now has to gather. */
  private HeldCommit holdOne(Sku other) {
    HeldCommit held = ledger.holdNextCommit();
    handlers.send(other, create("first", other));
    result(held.reached());
    return held;
  }

  private static Command create(String ref, Sku sku) {
    return new CreateBatch(new BatchRef(ref), sku, 10, Arrival.inStock());
  }

  private static Command take(String order, Sku sku) {
    return new Allocate(new OrderId(order), sku, 1);
  }
}
