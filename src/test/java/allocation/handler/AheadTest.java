package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Handlers.failureOf;
import static allocation.handler.Handlers.outcome;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.products;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandReply;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.Fault;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Units of work that are sent while the one before them has no answer yet. */
final class AheadTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final Sku TABLE = sku(9, 0);

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private Handlers handlers = Handlers.hasty(ledger);

  @BeforeEach
  void stock() {
    handlers.outcome(CHAIR, create("chairs", CHAIR, 10));
    handlers.outcome(TABLE, create("tables", TABLE, 10));
  }

  @AfterEach
  void close() {
    handlers.close();
  }

  @Test
  void the_next_unit_is_sent_while_the_one_before_has_no_answer() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 4));

    Future<CommandReply> second = sentBehind(CHAIR, take("o2", CHAIR, 6));
    held.release();

    assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(second)).isInstanceOf(Outcome.Accepted.class);
    assertThat(result(second).position()).isEqualTo(result(first).position() + 1);
    assertThat(ledger.units()).hasSize(4);
    assertThat(handlers.outcome(CHAIR, take("o3", CHAIR, 1))).isEqualTo(noStock());
  }

  @Test
  void a_third_waits_until_one_of_them_has_its_answer() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 1));
    Future<CommandReply> second = sentBehind(CHAIR, take("o2", CHAIR, 1));

    Future<CommandReply> third = handlers.send(CHAIR, take("o3", CHAIR, 1));
    Future<CommandReply> fourth = handlers.send(CHAIR, take("o4", CHAIR, 1));
    handlers.untilQueued(2);
    held.release();

    List.of(first, second, third, fourth)
        .forEach(sent -> assertThat(outcome(sent)).isInstanceOf(Outcome.Accepted.class));
    // The two that waited are one unit.
    assertThat(ledger.units()).hasSize(5);
  }

  @Test
  void after_so_many_in_a_row_their_session_goes_back_to_the_others_who_want_one() {
    handlers.outcome(CHAIR, create("more", CHAIR, 100));
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> under = handlers.send(CHAIR, take("first", CHAIR, 1));
    for (int i = 1; i < UnitRunner.MOST_IN_A_ROW; i++) {
      result(held.reached());
      HeldCommit next = ledger.holdNextCommit();
      Future<CommandReply> behind = handlers.send(CHAIR, take("behind-" + i, CHAIR, 1));
      until("it is sent", () -> ledger.waiting() == 1);
      held.release();
      assertThat(outcome(under)).isInstanceOf(Outcome.Accepted.class);
      held = next;
      under = behind;
    }
    result(held.reached());

    Future<CommandReply> last = handlers.send(CHAIR, take("last", CHAIR, 1));
    handlers.untilQueued(1);
    assertThat(ledger.waiting()).isZero();
    held.release();

    assertThat(outcome(last)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void few_commands_wait_for_the_answer_so_that_they_come_to_be_more() {
    handlers.close();
    handlers = Handlers.over(ledger);
    handlers.outcome(CHAIR, take("o0", CHAIR, 1));
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 1));

    Future<CommandReply> second = handlers.send(CHAIR, take("o2", CHAIR, 1));
    handlers.untilQueued(1);
    assertThat(ledger.waiting()).isZero();
    held.release();

    assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(second)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void what_cannot_be_foreseen_waits_for_the_answer() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 1));

    Future<CommandReply> late = handlers.send(CHAIR, due("chairs"));
    handlers.untilQueued(1);
    assertThat(ledger.waiting()).isZero();
    held.release();

    assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(late)).isInstanceOf(Outcome.Accepted.class);
  }

  /** It is decided on what the one before will leave, but nobody is refused before that is sure. */
  @Test
  void a_refusal_that_rests_on_what_is_not_written_yet_waits_and_is_decided_anew() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 10));
    Future<CommandReply> second = handlers.send(CHAIR, take("o2", CHAIR, 1));
    until("it was taken", () -> handlers.queued() == 0);
    held.abort();

    assertThat(failureOf(first)).isEqualTo(CommandFailure.BUSY);
    assertThat(outcome(second)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void both_are_done_again_in_their_order_when_the_first_loses_its_race() {
    try (Handlers other = Handlers.over(ledger)) {
      HeldCommit held = ledger.holdNextCommit();
      Future<CommandReply> theirs = other.send(CHAIR, take("theirs", CHAIR, 3));
      result(held.reached());
      Future<CommandReply> first = handlers.send(CHAIR, take("o1", CHAIR, 6));
      Future<CommandReply> second = handlers.send(CHAIR, take("o2", CHAIR, 2));
      until("both are sent", () -> ledger.waiting() == 2);
      held.release();

      assertThat(outcome(theirs)).isInstanceOf(Outcome.Accepted.class);
      assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
      assertThat(outcome(second)).isEqualTo(new Outcome.Refused(new Refusal.NoStock(1, 1)));
      // The one behind lost none of its own.
      assertThat(handlers.registry.get("allocation.races.lost").counter().count()).isOne();
      // The batch, theirs, the first, and that the second was refused.
      assertThat(ledger.events(3)).hasSize(4);
    }
  }

  /** Guard: Ahead.falls takes back what a unit had left in memory, last things first. */
  @Test
  void a_line_that_is_there_costs_memory_nothing_and_the_next_unit_is_written_behind_it() {
    handlers.outcome(CHAIR, take("o1", CHAIR, 1));
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> before = stopped(held, TABLE, take("o0", TABLE, 1));
    // One unit that meets a line, and the fourth waits for it.
    Future<CommandReply> more = sentBehind(CHAIR, take("o2", CHAIR, 2));
    Future<CommandReply> again = handlers.send(CHAIR, take("o1", CHAIR, 1));
    handlers.untilQueued(1);
    int loads = ledger.loads().size();
    held.release();

    assertThat(outcome(before)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(more)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(again)).isInstanceOf(Outcome.Repeated.class);
    assertThat(handlers.outcome(CHAIR, take("o3", CHAIR, 7))).isInstanceOf(Outcome.Accepted.class);
    assertThat(ledger.loads().subList(loads, ledger.loads().size()))
        .isNotEmpty()
        .allMatch(wanted -> wanted.products().isEmpty());
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"LOST_RACE", "REJECTED", "UNSETTLED_COMMITTED", "UNSETTLED_NOT_COMMITTED"})
  void whatever_becomes_of_the_first_each_is_done_once_and_in_order(Fault fault) {
    ledger.failNextCommits(fault);
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 1));
    Future<CommandReply> second = sentBehind(CHAIR, take("o2", CHAIR, 2));
    held.release();

    assertThat(outcome(second)).isInstanceOf(Outcome.Accepted.class);
    if (fault == Fault.REJECTED) {
      assertThat(failureOf(first)).isEqualTo(CommandFailure.INTERNAL);
    } else {
      assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
      assertThat(result(second).position()).isEqualTo(result(first).position() + 1);
    }
    long taken = fault == Fault.REJECTED ? 2 : 3;
    assertThat(available()).isEqualTo(10 - taken);
    assertThat(handlers.outcome(CHAIR, take("o3", CHAIR, 9))).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void when_the_database_is_away_both_are_told_so() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 1));
    Future<CommandReply> second = sentBehind(CHAIR, take("o2", CHAIR, 1));
    ledger.away(true);
    held.release();

    assertThat(failureOf(first)).isEqualTo(CommandFailure.BUSY);
    assertThat(failureOf(second)).isEqualTo(CommandFailure.BUSY);
    ledger.away(false);
    assertThat(available()).isEqualTo(10);
    assertThat(handlers.outcome(CHAIR, take("o1", CHAIR, 1))).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_handler_that_stops_answers_both() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = stopped(held, CHAIR, take("o1", CHAIR, 1));
    Future<CommandReply> second = sentBehind(CHAIR, take("o2", CHAIR, 1));

    Future<Void> stopped = handlers.stop();
    held.release();

    result(stopped);
    assertThat(first.isComplete()).isTrue();
    assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(second)).isInstanceOf(Outcome.Accepted.class);
  }

  /** Sends a command whose unit stops with its locks taken. */
  private Future<CommandReply> stopped(HeldCommit held, Sku sku, Command command) {
    Future<CommandReply> sent = handlers.send(sku, command);
    result(held.reached());
    return sent;
  }

  /** Sends a command, and waits until its unit waits for the one that has stopped. */
  private Future<CommandReply> sentBehind(Sku sku, Command command) {
    Future<CommandReply> sent = handlers.send(sku, command);
    until("it is sent", () -> ledger.waiting() == 1);
    return sent;
  }

  private long available() {
    return ledger.now(products(CHAIR)).products().get(CHAIR).available();
  }

  private static Outcome noStock() {
    return new Outcome.Refused(new Refusal.NoStock(0, 0));
  }

  private static Command create(String ref, Sku sku, int quantity) {
    return new CreateBatch(new BatchRef(ref), sku, quantity, Arrival.inStock());
  }

  private static Command take(String order, Sku sku, int quantity) {
    return new Allocate(new OrderId(order), sku, quantity);
  }

  private static Command due(String ref) {
    return new ChangeBatch(
        new BatchRef(ref), OptionalInt.empty(), Optional.of(Arrival.due(LocalDate.of(2027, 1, 1))));
  }
}
