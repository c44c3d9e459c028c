package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Handlers.failureOf;
import static allocation.handler.Handlers.outcome;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.key;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Product;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.Fault;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of commands when their unit of work does not go well, and the interleavings that the
 * unit of work guards against. Where a guard is named the test was seen to fail without it.
 */
final class UnitRunnerTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final Sku TABLE = sku(9, 0);
  private static final Outcome NO_STOCK = new Outcome.Refused(new Refusal.NoStock(0, 0));

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private final Handlers handlers = Handlers.over(ledger);

  @AfterEach
  void close() {
    handlers.close();
  }

  /** Guard: ProductMemory compared with the loaded positions, UnitRunner.requireRememberedAt. */
  @Test
  void a_stale_owner_does_not_refuse_what_came_into_stock_elsewhere() {
    try (Handlers other = Handlers.over(ledger)) {
      handlers.outcome(CHAIR, create("b1", 5));
      handlers.outcome(CHAIR, take("o1", 5));
      assertThat(handlers.outcome(CHAIR, take("o2", 5))).isEqualTo(NO_STOCK);

      other.outcome(CHAIR, create("b2", 5));

      assertThat(handlers.outcome(CHAIR, take("o2", 5))).isInstanceOf(Outcome.Accepted.class);
      assertThat(handlers.registry.get("allocation.memories.stale").counter().count()).isOne();
    }
  }

  @Test
  void an_owner_that_lost_a_race_decides_on_what_the_other_left() {
    try (Handlers other = Handlers.over(ledger)) {
      handlers.outcome(CHAIR, create("b1", 5));
      HeldCommit held = ledger.holdNextCommit();
      Future<CommandReply> theirs = other.send(CHAIR, take("theirs", 3));
      result(held.reached());
      Future<CommandReply> mine = handlers.send(CHAIR, take("mine", 3));
      until("it waits", () -> ledger.waiting() == 1);
      held.release();

      assertThat(outcome(theirs)).isInstanceOf(Outcome.Accepted.class);
      assertThat(outcome(mine)).isEqualTo(new Outcome.Refused(new Refusal.NoStock(2, 2)));
      // The batch, theirs, and mine when it was tried again.
      assertThat(ledger.lockedCommits()).isEqualTo(3);
      assertThat(handlers.registry.get("allocation.races.lost").counter().count()).isOne();
      assertThat(product().batches().getFirst().allocated()).isEqualTo(3);
    }
  }

  /** Guard: UnitRunner.TooLate. Its caller has asked another node meanwhile. */
  @Test
  void what_waits_for_the_locks_longer_than_its_caller_does_is_not_done() {
    try (Handlers other = Handlers.over(ledger)) {
      handlers.outcome(CHAIR, create("b1", 9));
      HeldCommit first = ledger.holdNextCommit();
      Future<CommandReply> before = handlers.send(CHAIR, take("before", 1));
      result(first.reached());
      HeldCommit held = ledger.holdNextCommit();
      Future<CommandReply> theirs = other.send(CHAIR, take("theirs", 3));
      until("it waits", () -> ledger.waiting() == 1);
      // These two are one unit, which cannot be foreseen.
      Future<CommandReply> late = handlers.send(CHAIR, due("b1", 5));
      Instant later = handlers.clock.instant().plus(Handlers.PATIENCE.multipliedBy(2));
      Future<CommandReply> inTime =
          handlers.send(new CommandMessage(CHAIR, take("in-time", 2), key("in-time"), "c", later));
      handlers.untilQueued(2);
      first.release();
      result(held.reached());
      until("and for the locks", () -> ledger.waiting() == 1);

      handlers.clock.advance(Handlers.PATIENCE.plusMillis(1));
      held.abort();

      assertThat(outcome(before)).isInstanceOf(Outcome.Accepted.class);
      assertThat(failureOf(theirs)).isEqualTo(CommandFailure.BUSY);
      assertThat(failureOf(late)).isEqualTo(CommandFailure.BUSY);
      assertThat(outcome(inTime)).isInstanceOf(Outcome.Accepted.class);
      assertThat(product().batches().getFirst().arrival()).isEqualTo(Arrival.inStock());
    }
  }

  /** Guard: the question whether it was committed. Believing either answer unasked fails one. */
  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"UNSETTLED_COMMITTED", "UNSETTLED_NOT_COMMITTED"})
  void a_lost_reply_of_commit_never_allocates_twice_and_never_answers_wrongly(Fault fault) {
    handlers.outcome(CHAIR, create("b1", 10));
    ledger.failNextCommits(fault);

    assertThat(handlers.outcome(CHAIR, take("o1", 6))).isInstanceOf(Outcome.Accepted.class);

    assertThat(product().available()).isEqualTo(4);
    assertThat(ledger.events(3)).hasSize(2);
    assertThat(handlers.outcome(CHAIR, take("o1", 6))).isInstanceOf(Outcome.Repeated.class);
    assertThat(handlers.outcome(CHAIR, take("o2", 5)))
        .isEqualTo(new Outcome.Refused(new Refusal.NoStock(4, 4)));
    until("both units are told", () -> handlers.nudges().size() == 3);
    assertThat(ledger.questions()).isOne();
  }

  @Test
  void asks_again_until_it_is_known() {
    handlers.outcome(CHAIR, create("b1", 10));
    HeldCommit held = ledger.holdNextCommit();
    ledger.failNextCommits(Fault.UNSETTLED_COMMITTED);
    Future<CommandReply> sent = handlers.send(CHAIR, take("o1", 6));
    result(held.reached());
    held.releaseAndThen(() -> ledger.away(true));
    until("it has asked", () -> ledger.questions() >= 2);
    ledger.away(false);

    assertThat(outcome(sent)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void what_cannot_be_settled_in_time_is_called_unknown_and_can_be_sent_again() {
    handlers.outcome(CHAIR, create("b1", 10));
    HeldCommit held = ledger.holdNextCommit();
    ledger.failNextCommits(Fault.UNSETTLED_COMMITTED);
    Future<CommandReply> sent = handlers.send(CHAIR, take("o1", 6));
    result(held.reached());
    held.releaseAndThen(() -> ledger.away(true));
    until("it has asked", () -> ledger.questions() >= 1);
    handlers.clock.advance(Duration.ofSeconds(1));

    assertThat(failureOf(sent)).isEqualTo(CommandFailure.UNKNOWN);
    ledger.away(false);
    assertThat(handlers.outcome(CHAIR, take("o1", 6))).isInstanceOf(Outcome.Repeated.class);
    assertThat(product().available()).isEqualTo(4);
  }

  @Test
  void what_is_lost_again_and_again_ends() {
    ledger.failNextCommits(
        Fault.UNSETTLED_NOT_COMMITTED,
        Fault.UNSETTLED_NOT_COMMITTED,
        Fault.UNSETTLED_NOT_COMMITTED,
        Fault.UNSETTLED_NOT_COMMITTED);

    assertThat(failureOf(handlers.send(CHAIR, create("b1", 1)))).isEqualTo(CommandFailure.BUSY);
    assertThat(ledger.events(3)).isEmpty();

    ledger.failNextCommits(Fault.LOST_RACE, Fault.LOST_RACE, Fault.LOST_RACE, Fault.LOST_RACE);
    assertThat(failureOf(handlers.send(CHAIR, create("b1", 1)))).isEqualTo(CommandFailure.BUSY);
    assertThat(handlers.outcome(CHAIR, create("b1", 1))).isInstanceOf(Outcome.Accepted.class);
  }

  /** Guard: stored answers, UnitOfWork.once. */
  @Test
  void a_late_change_gets_the_answer_it_had_and_undoes_nothing() {
    handlers.outcome(CHAIR, create("b1", 10));
    Outcome first = handlers.outcome(CHAIR, quantity("b1", 50), key("k1"));
    handlers.outcome(CHAIR, quantity("b1", 80), key("k2"));

    Outcome late = handlers.outcome(CHAIR, quantity("b1", 50), key("k1"));

    assertThat(late).isEqualTo(new Outcome.Repeated(answer(first)));
    assertThat(product().available()).isEqualTo(80);
    assertThat(ledger.events(3)).hasSize(3);
  }

  /** Guard: stored answers, UnitOfWork.once. */
  @Test
  void a_late_deallocation_leaves_the_line_that_was_made_since() {
    handlers.outcome(CHAIR, create("b1", 10));
    handlers.outcome(CHAIR, take("o1", 3));
    Outcome first = handlers.outcome(CHAIR, free("o1"), key("k1"));
    handlers.outcome(CHAIR, take("o1", 4));

    Outcome late = handlers.outcome(CHAIR, free("o1"), key("k1"));

    assertThat(late).isEqualTo(new Outcome.Repeated(answer(first)));
    assertThat(product().available()).isEqualTo(6);
  }

  /** Guard: refusals are stored too. */
  @Test
  void a_late_command_that_was_refused_stays_refused() {
    handlers.outcome(CHAIR, create("b1", 10));
    Outcome first = handlers.outcome(CHAIR, free("o1"), key("k1"));
    Outcome unknown = handlers.outcome(CHAIR, quantity("b2", 5), key("k2"));
    handlers.outcome(CHAIR, take("o1", 4));
    handlers.outcome(CHAIR, create("b2", 10));

    assertThat(handlers.outcome(CHAIR, free("o1"), key("k1"))).isEqualTo(replayed(first));
    assertThat(handlers.outcome(CHAIR, quantity("b2", 5), key("k2"))).isEqualTo(replayed(unknown));
    assertThat(product().available()).isEqualTo(16);
  }

  private static Outcome replayed(Outcome refused) {
    return new Outcome.Refused(((Outcome.Refused) refused).refusal(), true);
  }

  @Test
  void a_repeat_within_its_own_unit_is_answered_and_not_done_again() {
    handlers.outcome(CHAIR, create("b1", 10));
    HeldCommit held = holdOne();
    // A caller would be told that it is in flight; a topic brings it when it likes.
    CommandKey brought = CommandKey.ofMessage("topic", "k");
    Future<CommandReply> one = handlers.send(CHAIR, due("b1", 5), brought);
    Future<CommandReply> newer = handlers.send(CHAIR, due("b1", 9), key("k2"));
    Future<CommandReply> late = handlers.send(CHAIR, due("b1", 5), brought);
    handlers.untilQueued(3);
    held.release();

    assertThat(outcome(late)).isEqualTo(new Outcome.Repeated(answer(outcome(one))));
    assertThat(outcome(newer)).isInstanceOf(Outcome.Accepted.class);
    assertThat(product().batches().getFirst().arrival())
        .isEqualTo(Arrival.due(LocalDate.of(2027, 1, 9)));
  }

  /** Guard: the fingerprint. */
  @Test
  void a_key_that_comes_with_other_content_is_refused() {
    handlers.outcome(CHAIR, create("b1", 10));
    handlers.outcome(CHAIR, quantity("b1", 50), key("k"));

    assertThat(handlers.outcome(CHAIR, quantity("b1", 60), key("k")))
        .isEqualTo(new Outcome.Refused(new Refusal.KeyReused()));
    assertThat(product().available()).isEqualTo(50);
  }

  /** Guard: a key is looked for without its shard, or the second of the two is carried out. */
  @Test
  void a_key_that_comes_for_another_shard_is_refused_in_one_unit_too() {
    handlers.outcome(CHAIR, create("b1", 10));
    handlers.outcome(TABLE, new CreateBatch(new BatchRef("t1"), TABLE, 10, Arrival.inStock()));
    handlers.outcome(TABLE, new Allocate(new OrderId("o1"), TABLE, 3));
    handlers.outcome(CHAIR, take("o1", 3));
    Deallocate others = new Deallocate(new OrderId("o1"), TABLE);
    // Of a message: one of a caller that comes again meanwhile would not get as far as this.
    CommandKey same = CommandKey.ofMessage("topic", "same");
    HeldCommit held = holdOne();
    Future<CommandReply> first = handlers.send(CHAIR, free("o1"), same);
    Future<CommandReply> late = handlers.send(TABLE, others, same);
    handlers.untilQueued(2);
    held.release();

    Outcome reused = new Outcome.Refused(new Refusal.KeyReused());
    assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(late)).isEqualTo(reused);
    assertThat(handlers.outcome(TABLE, others, same)).isEqualTo(reused);
    assertThat(handlers.outcome(TABLE, others, key("own"))).isInstanceOf(Outcome.Accepted.class);
  }

  /** Guard: nobody is answered before the commit, the refused neither. */
  @Test
  void a_refusal_that_rested_on_a_unit_that_failed_is_not_sent() {
    handlers.outcome(CHAIR, create("b1", 5));
    HeldCommit first = holdOne();
    Future<CommandReply> takes = handlers.send(CHAIR, take("o1", 5));
    Future<CommandReply> refused = handlers.send(CHAIR, take("o2", 5));
    handlers.untilQueued(2);
    HeldCommit second = ledger.holdNextCommit();
    first.release();
    result(second.reached());
    assertThat(refused.isComplete()).isFalse();
    second.abort();

    assertThat(failureOf(takes)).isEqualTo(CommandFailure.BUSY);
    assertThat(failureOf(refused)).isEqualTo(CommandFailure.BUSY);
    assertThat(handlers.outcome(CHAIR, take("o2", 5))).isInstanceOf(Outcome.Accepted.class);
  }

  /** Guard: after Rejected the commands are run one by one. */
  @Test
  void one_bad_command_does_not_spoil_the_others_of_its_unit() {
    handlers.outcome(CHAIR, create("b1", 10));
    ledger.reject(
        unit -> unit.newLines().stream().anyMatch(line -> line.orderId().value().equals("bad")));
    HeldCommit held = holdOne();
    Future<CommandReply> one = handlers.send(CHAIR, take("o1", 1));
    Future<CommandReply> bad = handlers.send(CHAIR, take("bad", 2));
    Future<CommandReply> two = handlers.send(CHAIR, take("o2", 4));
    handlers.untilQueued(3);
    held.release();

    assertThat(outcome(one)).isInstanceOf(Outcome.Accepted.class);
    assertThat(failureOf(bad)).isEqualTo(CommandFailure.INTERNAL);
    assertThat(outcome(two)).isInstanceOf(Outcome.Accepted.class);
    assertThat(product().available()).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void every_command_of_a_unit_is_answered_whatever_happens_to_it(Fault fault) {
    handlers.outcome(CHAIR, create("b1", 10));
    HeldCommit held = holdOne();
    List<Future<CommandReply>> sent =
        List.of(
            handlers.send(CHAIR, take("o1", 1)),
            handlers.send(CHAIR, take("o2", 99)),
            handlers.send(CHAIR, free("o3")));
    handlers.untilQueued(3);
    ledger.failNextCommits(Fault.NONE, fault, fault);
    held.release();

    until("all are answered", () -> sent.stream().allMatch(Future::isComplete));
    for (Future<CommandReply> command : sent) {
      assertThat(command.succeeded() || failureOf(command) != CommandFailure.UNKNOWN).isTrue();
    }
    ledger.failNoMore();
    assertThat(handlers.outcome(CHAIR, create("b2", 1))).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_decision_that_throws_is_our_fault_and_spoils_nothing_else() {
    Sku cursed = sku(3, 1);
    try (Handlers unlucky = Handlers.over(new Without(ledger, cursed))) {
      HeldCommit held = ledger.holdNextCommit();
      Future<CommandReply> first = unlucky.send(TABLE, take("o0", 1));
      unlucky.send(CHAIR, create("b0", 10));
      result(held.reached());
      Future<CommandReply> bad = unlucky.send(cursed, take("o1", 1));
      Future<CommandReply> good = unlucky.send(CHAIR, create("b1", 10));
      held.release();

      assertThat(outcome(first)).isInstanceOf(Outcome.Refused.class);
      assertThat(failureOf(bad)).isEqualTo(CommandFailure.INTERNAL);
      assertThat(outcome(good)).isInstanceOf(Outcome.Accepted.class);
      ledger.failNextCommits(Fault.LOST_RACE);
      assertThat(outcome(unlucky.send(CHAIR, create("b2", 10))))
          .isInstanceOf(Outcome.Accepted.class);
    }
  }

  /** A ledger that forgets one product, so that deciding about it throws. */
  private record Without(Ledger ledger, Sku cursed) implements Ledger {
    @Override
    public Future<Void> commit(Effects effects) {
      return ledger.commit(effects);
    }

    @Override
    public Future<Void> commitBehind(String unitId, Effects effects) {
      return ledger.commitBehind(unitId, effects);
    }

    @Override
    public Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide) {
      return ledger.commitLocked(wanted, loaded -> decide.apply(without(loaded)));
    }

    private Loaded without(Loaded loaded) {
      var products = new HashMap<>(loaded.products());
      products.remove(cursed);
      return new Loaded(
          loaded.positions(),
          products,
          loaded.lines(),
          loaded.owners(),
          loaded.answers(),
          loaded.linesAbove());
    }

    @Override
    public Future<Boolean> wasCommitted(Effects effects) {
      return ledger.wasCommitted(effects);
    }

    @Override
    public Future<Optional<Sku>> ownerOf(BatchRef ref) {
      return ledger.ownerOf(ref);
    }
  }

  @Test
  void a_database_that_is_away_means_busy_and_then_all_is_well_again() {
    handlers.outcome(CHAIR, create("b1", 10));
    ledger.away(true);
    assertThat(failureOf(handlers.send(CHAIR, take("o1", 1)))).isEqualTo(CommandFailure.BUSY);
    ledger.away(false);
    assertThat(handlers.outcome(CHAIR, take("o1", 1))).isInstanceOf(Outcome.Accepted.class);
  }

  private Product product() {
    return ledger.now(Units.products(CHAIR)).products().getOrDefault(CHAIR, Product.unknown(CHAIR));
  }

  private HeldCommit holdOne() {
    HeldCommit held = ledger.holdNextCommit();
    Sku other = sku(3, 4);
    handlers.send(other, new CreateBatch(new BatchRef("first"), other, 1, Arrival.inStock()));
    result(held.reached());
    return held;
  }

  private static Answer answer(Outcome outcome) {
    return ((Outcome.Accepted) outcome).answer();
  }

  private static Command create(String ref, int quantity) {
    return new CreateBatch(new BatchRef(ref), CHAIR, quantity, Arrival.inStock());
  }

  private static Command take(String order, int quantity) {
    return new Allocate(new OrderId(order), CHAIR, quantity);
  }

  private static Command free(String order) {
    return new Deallocate(new OrderId(order), CHAIR);
  }

  private static Command quantity(String ref, int quantity) {
    return new ChangeBatch(new BatchRef(ref), OptionalInt.of(quantity), Optional.empty());
  }

  private static Command due(String ref, int day) {
    return new ChangeBatch(
        new BatchRef(ref),
        OptionalInt.empty(),
        Optional.of(Arrival.due(LocalDate.of(2027, 1, day))));
  }
}
