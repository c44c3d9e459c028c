package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.handler.Handlers.failureOf;
import static allocation.handler.Handlers.outcome;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.key;
import static allocation.handler.Units.message;
import static allocation.handler.Units.sku;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.Fault;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch that is cut under more lines than one unit of work takes. */
final class CutInStepsTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final int LINES = 2 * CutSoFar.MOST_LINES + 500;
  private static final int ELSEWHERE = 300;

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private final Handlers handlers = Handlers.over(ledger);
  private int before;

  /** So many lines of one piece; another batch, made later, has room for some of them. */
  @BeforeEach
  void fill() {
    write(List.of(message(CHAIR, create("b1", LINES))));
    int each = LINES / 5;
    for (int from = 0; from < LINES; from += each) {
      write(
          IntStream.range(from, from + each)
              .mapToObj(i -> message(CHAIR, new Allocate(new OrderId("o" + i), CHAIR, 1)))
              .toList());
    }
    write(List.of(message(CHAIR, create("b2", ELSEWHERE))));
    before = ledger.units().size();
  }

  @AfterEach
  void close() {
    handlers.close();
  }

  private void write(List<CommandMessage> commands) {
    result(ledger.commitLocked(wanted(commands), loaded -> Units.decide(loaded, commands)));
  }

  @Test
  void is_done_in_units_of_so_many_lines_and_answered_once_with_what_all_of_them_did() {
    Outcome cut = outcome(cut("k1"));

    assertThat(cut)
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            done -> {
              Answer.OfChange change = (Answer.OfChange) done.answer();
              assertThat(change.movedCount()).isEqualTo(ELSEWHERE);
              assertThat(change.unallocatedCount()).isEqualTo(LINES - ELSEWHERE);
              assertThat(change.batch().purchased()).isZero();
              assertThat(change.moved()).isEmpty();
            });
    assertThat(steps()).hasSize(3);
    assertThat(steps())
        .allSatisfy(step ->
            assertThat(step.events().stream().filter(CutInStepsTest::isOfALine).count())
                .isPositive()
                .isLessThanOrEqualTo(CutSoFar.MOST_LINES));
    assertThat(handlers.counted("ChangeBatch", "accepted")).isOne();
  }

  private static boolean isOfALine(LoggedEvent event) {
    return event.event() instanceof Event.Allocated || event.event() instanceof Event.Deallocated;
  }

  @Test
  void the_oldest_lines_find_their_places_first() {
    outcome(cut("k1"));

    List<String> moved = new ArrayList<>();
    for (Effects step : steps()) {
      for (LoggedEvent event : step.events()) {
        if (event.event() instanceof Event.Allocated line) {
          moved.add(line.orderId().value());
        }
      }
    }
    assertThat(moved)
        .containsExactlyElementsOf(IntStream.range(0, ELSEWHERE).mapToObj(i -> "o" + i).toList());
  }

  @Test
  void no_step_leaves_room_for_anything_that_would_have_to_give_way_again() {
    outcome(cut("k1"));

    assertThat(purchased())
        .containsExactly(LINES - CutSoFar.MOST_LINES, LINES - 2 * CutSoFar.MOST_LINES, 0);
  }

  @Test
  void sent_again_it_has_the_same_answer_and_nothing_more_is_done() {
    Outcome first = outcome(cut("k1"));

    assertThat(outcome(cut("k1")))
        .isEqualTo(new Outcome.Repeated(((Outcome.Accepted) first).answer()));
    assertThat(steps()).hasSize(3);
  }

  @Test
  void what_waits_behind_it_is_decided_on_the_whole_of_it() {
    HeldCommit first = ledger.holdNextCommit();
    Future<CommandReply> cut = cut("k1");
    result(first.reached());
    Future<CommandReply> late = handlers.send(CHAIR, new Allocate(new OrderId("late"), CHAIR, 1));
    handlers.untilQueued(1);
    first.release();

    assertThat(outcome(cut)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(late)).isInstanceOf(Outcome.Refused.class);
    assertThat(steps().getLast().events()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"LOST_RACE", "UNSETTLED_COMMITTED", "UNSETTLED_NOT_COMMITTED"})
  void a_step_of_which_nobody_knows_or_that_was_not_to_be_is_found_out_about(Fault fault) {
    ledger.failNextCommits(Fault.NONE, fault);

    assertThat(outcome(cut("k1")))
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            done ->
                assertThat(((Answer.OfChange) done.answer()).unallocatedCount())
                    .isEqualTo(LINES - ELSEWHERE));
    assertThat(purchased()).hasSize(3);
    assertThat(product().available()).isZero();
  }

  /** Whoever waited is gone, but a part of it stands, and the rest must follow. */
  @Test
  void it_is_finished_though_nobody_waits_for_it_any_more() {
    HeldCommit first = ledger.holdNextCommit();
    Future<CommandReply> cut = cut("k1");
    result(first.reached());
    handlers.clock.advance(Handlers.PATIENCE.plusMillis(1));
    first.release();

    assertThat(outcome(cut)).isInstanceOf(Outcome.Accepted.class);
    assertThat(steps()).hasSize(3);
  }

  @Test
  void nobody_is_told_that_nothing_was_written_when_a_part_of_it_was() {
    ledger.failNextCommits(Fault.NONE, Fault.UNAVAILABLE);

    assertThat(failureOf(cut("k1"))).isEqualTo(CommandFailure.UNKNOWN);
    assertThat(purchased()).hasSize(1);
    assertThat(outcome(cut("k1")))
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            done ->
                assertThat(((Answer.OfChange) done.answer()).unallocatedCount())
                    .isEqualTo(LINES - CutSoFar.MOST_LINES));
    assertThat(purchased()).hasSize(3);
  }

  private Future<CommandReply> cut(String key) {
    ChangeBatch change = new ChangeBatch(new BatchRef("b1"), OptionalInt.of(0), Optional.empty());
    return handlers.send(CHAIR, change, key(key));
  }

  private Product product() {
    return result(Units.load(ledger, Units.products(CHAIR))).products().get(CHAIR);
  }

  /** What the batch was cut to, step by step, as it stands in the log. */
  private List<Integer> purchased() {
    List<Integer> purchased = new ArrayList<>();
    for (LoggedEvent event : ledger.events(3)) {
      if (event.event() instanceof Event.BatchQuantityChanged changed) {
        purchased.add(changed.to());
      }
    }
    return purchased;
  }

  /** Of those that were tried. */
  private List<Effects> steps() {
    return ledger.units().subList(before, ledger.units().size());
  }

  private static CreateBatch create(String ref, int quantity) {
    return new CreateBatch(new BatchRef(ref), CHAIR, quantity, Arrival.inStock());
  }
}
