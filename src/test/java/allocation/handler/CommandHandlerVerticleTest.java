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
import allocation.bus.BatchOwner;
import allocation.bus.CommandFailure;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CommandHandlerVerticleTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final Sku STOOL = sku(3, 1);
  private static final Sku LAMP = sku(3, 2);
  private static final Sku TABLE = sku(9, 0);

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private Handlers handlers = Handlers.over(ledger);

  @AfterEach
  void close() {
    handlers.close();
  }

  private void with(int queue, int unit, int cached) {
    handlers.close();
    handlers = Handlers.over(ledger, queue, unit, cached, List.of(3));
  }

  @Test
  void decides_each_command_on_what_the_one_before_it_left() {
    HeldCommit held = holdOne();
    Future<CommandReply> made = handlers.send(CHAIR, create("b1", CHAIR, 10));
    Future<CommandReply> first = handlers.send(CHAIR, take("o1", 10));
    Future<CommandReply> second = handlers.send(CHAIR, take("o2", 1));
    Future<CommandReply> freed = handlers.send(CHAIR, free("o1"));
    Future<CommandReply> third = handlers.send(CHAIR, take("o3", 4));
    Future<CommandReply> again = handlers.send(CHAIR, take("o3", 4));
    held.release();

    assertThat(outcome(made)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(second)).isEqualTo(new Outcome.Refused(new Refusal.NoStock(0, 0)));
    assertThat(outcome(freed)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(third)).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome(again)).isInstanceOf(Outcome.Repeated.class);
    assertThat(ledger.units()).hasSize(2);
    assertThat(result(third).position()).isEqualTo(ledger.events(3).size());
  }

  @Test
  void the_first_waits_for_nobody_and_the_rest_gather_while_its_commit_is_under_way() {
    HeldCommit held = holdOne();
    List<Future<CommandReply>> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add(handlers.send(CHAIR, create("b" + i, CHAIR, 1)));
      sent.add(handlers.send(TABLE, create("t" + i, TABLE, 1)));
    }
    handlers.untilQueued(100);
    assertThat(sent).noneMatch(Future::isComplete);

    held.release();

    result(Future.all(sent));
    assertThat(ledger.units()).hasSize(2);
    assertThat(ledger.units().getLast().events()).hasSize(100);
  }

  @Test
  void a_unit_has_at_most_as_many_commands_as_is_set() {
    with(1_000, 30, 100);
    HeldCommit held = holdOne();
    List<Future<CommandReply>> sent =
        IntStream.range(0, 75)
            .mapToObj(i -> handlers.send(CHAIR, create("b" + i, CHAIR, 1)))
            .toList();
    handlers.untilQueued(75);
    held.release();

    result(Future.all(sent));
    assertThat(ledger.units().stream().map(unit -> unit.events().size()))
        .containsExactly(1, 30, 30, 15);
  }

  /** Which is up to timers; but without a pause it can never be. */
  @Test
  void after_a_unit_of_many_the_next_commands_are_waited_for() {
    until(
        "two that came one after the other are in one unit",
        () -> {
          int before = ledger.units().size();
          result(unitOfTwo().answered().compose(answers -> sendTwo()));
          return ledger.units().size() == before + 3;
        });
  }

  @Test
  void whoever_fills_a_unit_does_not_wait_for_others() {
    with(1_000, 2, 100);
    until(
        "two have their answers before a pause of 10 ms can be over",
        () -> {
          AtomicLong answeredNanos = new AtomicLong();
          UnitOfTwo unit = unitOfTwo();
          result(
              unit.answered()
                  .compose(answers -> sendTwo())
                  .onSuccess(answers -> answeredNanos.set(System.nanoTime())));
          return answeredNanos.get() - unit.releasedNanos() < 10_000_000;
        });
  }

  @Test
  void what_comes_within_a_pause_is_finished_although_it_stops() {
    Future<CommandReply> sent =
        unitOfTwo().answered().compose(answers -> handlers.send(CHAIR, create("b1", CHAIR, 1)));
    until("it is there", () -> sent.isComplete() || handlers.queued() == 1);

    result(handlers.stop());

    assertThat(outcome(sent)).isInstanceOf(Outcome.Accepted.class);
  }

  private Future<?> sendTwo() {
    return Future.all(
        handlers.send(CHAIR, create(newRef(), CHAIR, 1)),
        handlers.send(CHAIR, create(newRef(), CHAIR, 1)));
  }

  /** Its commit was let go at some {@link System#nanoTime}; after the answers there is a pause. */
  private record UnitOfTwo(long releasedNanos, Future<?> answered) {}

  /** After a unit of one that was held up, one of two that took long, as the clock has it. */
  private UnitOfTwo unitOfTwo() {
    HeldCommit held = holdOne();
    Future<?> two = sendTwo();
    handlers.untilQueued(2);
    HeldCommit ofTwo = ledger.holdNextCommit();
    held.release();
    result(ofTwo.reached());
    handlers.clock.advance(Duration.ofSeconds(1));
    long releasedNanos = System.nanoTime();
    ofTwo.release();
    return new UnitOfTwo(releasedNanos, two);
  }

  private static String newRef() {
    return UUID.randomUUID().toString();
  }

  @Test
  void a_full_queue_is_refused_at_once_and_one_sku_may_hold_half_of_it() {
    with(10, 100, 100);
    HeldCommit held = holdOne();
    List<Future<CommandReply>> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiting.add(handlers.send(CHAIR, create("b" + i, CHAIR, 1)));
    }
    handlers.untilQueued(5);

    assertThat(failureOf(handlers.send(CHAIR, create("b5", CHAIR, 1))))
        .isEqualTo(CommandFailure.BUSY);
    for (int i = 0; i < 5; i++) {
      waiting.add(handlers.send(i < 3 ? STOOL : LAMP, create("s" + i, STOOL, 1)));
    }
    handlers.untilQueued(10);
    assertThat(failureOf(handlers.send(LAMP, create("l", LAMP, 1)))).isEqualTo(CommandFailure.BUSY);
    assertThat(waiting).noneMatch(Future::isComplete);
    held.release();

    result(Future.all(waiting.subList(0, 5)));
    until("all are answered", () -> waiting.stream().allMatch(Future::isComplete));
    assertThat(outcome(handlers.send(CHAIR, create("b5", CHAIR, 1))))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_command_whose_caller_waits_no_longer_is_dropped_and_answered() {
    HeldCommit held = holdOne();
    Future<CommandReply> late = handlers.send(CHAIR, create("late", CHAIR, 1));
    handlers.untilQueued(1);
    handlers.clock.advance(Handlers.PATIENCE.plusMillis(1));
    Future<CommandReply> inTime = handlers.send(CHAIR, create("b1", CHAIR, 1));
    handlers.untilQueued(2);
    held.release();

    assertThat(failureOf(late)).isEqualTo(CommandFailure.BUSY);
    assertThat(outcome(inTime)).isInstanceOf(Outcome.Accepted.class);
    assertThat(result(ledger.ownerOf(new BatchRef("late")))).isEmpty();
  }

  /** Each is a unit of its own that is over as soon as it begins. */
  @Test
  void ten_thousand_that_nobody_waits_for_any_more_are_dropped_one_after_the_other() {
    with(20_000, 1, 100);
    HeldCommit held = holdOne();
    List<Future<CommandReply>> late =
        IntStream.range(0, 10_000)
            .mapToObj(i -> handlers.send(CHAIR, create("late" + i, CHAIR, 1)))
            .toList();
    handlers.untilQueued(10_000);
    handlers.clock.advance(Handlers.PATIENCE.plusMillis(1));
    held.release();

    assertThat(late).allSatisfy(each -> assertThat(failureOf(each)).isEqualTo(CommandFailure.BUSY));
    assertThat(outcome(handlers.send(CHAIR, create("b1", CHAIR, 1))))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void a_command_is_dropped_too_before_it_is_decided_again() {
    ledger.failNextCommits(InMemoryLedger.Fault.LOST_RACE);
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> sent = handlers.send(CHAIR, create("b1", CHAIR, 1));
    result(held.reached());
    handlers.clock.advance(Handlers.PATIENCE.plusMillis(1));
    held.release();

    assertThat(failureOf(sent)).isEqualTo(CommandFailure.BUSY);
    assertThat(ledger.lockedCommits()).isOne();
    assertThat(ledger.events(3)).isEmpty();
  }

  @Test
  void a_change_of_quantity_goes_alone_and_keeps_its_place() {
    outcome(handlers.send(CHAIR, create("b1", CHAIR, 10)));
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = handlers.send(CHAIR, take("o1", 5));
    result(held.reached());
    List<Future<CommandReply>> sent =
        List.of(
            handlers.send(CHAIR, take("o2", 4)),
            handlers.send(CHAIR, take("o3", 1)),
            handlers.send(CHAIR, change("b1", 6)),
            handlers.send(CHAIR, take("o4", 1)));
    handlers.untilQueued(4);
    held.release();

    result(Future.all(sent));
    result(first);
    assertThat(ledger.units().stream().skip(2).map(CommandHandlerVerticleTest::types))
        .containsExactly(
            List.of("Allocated", "Allocated"),
            List.of("Deallocated", "OutOfStock", "BatchQuantityChanged"),
            List.of("OutOfStock"));
  }

  private static List<String> types(Effects unit) {
    return unit.events().stream().map(e -> e.event().getClass().getSimpleName()).toList();
  }

  @Test
  void remembers_products_up_to_its_bound_and_forgets_the_one_used_longest_ago() {
    with(100, 100, 2);
    for (Sku sku : List.of(CHAIR, STOOL, CHAIR, LAMP)) {
      outcome(handlers.send(sku, create("b-" + sku + ledger.loads().size(), sku, 10)));
    }

    assertThat(loadedFor(CHAIR)).isEmpty();
    assertThat(loadedFor(LAMP)).isEmpty();
    assertThat(loadedFor(STOOL)).containsExactly(STOOL);
  }

  @Test
  void a_sku_that_nobody_made_a_batch_of_pushes_nothing_out() {
    with(100, 100, 2);
    outcome(handlers.send(CHAIR, create("b1", CHAIR, 10)));
    outcome(handlers.send(STOOL, create("b2", STOOL, 10)));

    for (int i = 5; i < 10; i++) {
      Sku invented = sku(3, i);
      assertThat(handlers.outcome(invented, new Allocate(new OrderId("o"), invented, 1)))
          .isEqualTo(new Outcome.Refused(new Refusal.UnknownSku(invented)));
      assertThat(loadedFor(invented)).containsExactly(invented);
    }

    assertThat(loadedFor(CHAIR)).isEmpty();
    assertThat(loadedFor(STOOL)).isEmpty();
  }

  /** The products that one more command about the SKU has to load. */
  private Set<Sku> loadedFor(Sku sku) {
    result(handlers.send(sku, new Deallocate(new OrderId("nobody"), sku)));
    return ledger.loads().getLast().products();
  }

  @Test
  void tells_its_followers_what_was_committed_shard_by_shard_and_not_before() {
    HeldCommit held = holdOne();
    List<Future<CommandReply>> sent =
        List.of(
            handlers.send(CHAIR, create("b1", CHAIR, 10)),
            handlers.send(TABLE, create("t1", TABLE, 10)),
            handlers.send(CHAIR, take("o1", 1)));
    handlers.untilQueued(3);
    assertThat(handlers.nudges()).isEmpty();
    held.release();

    result(Future.all(sent));
    until("all are told", () -> handlers.nudges().size() == 3);
    assertThat(handlers.nudges())
        .contains(
            EventsCommitted.of(9, ledger.events(9)),
            EventsCommitted.of(3, ledger.events(3).subList(1, 3)));
    assertThat(handlers.nudges()).allMatch(nudge -> !nudge.events().isEmpty());
  }

  @Test
  void tells_only_the_positions_of_more_than_a_thousand_events() {
    HeldCommit held = holdOne();
    List<Future<CommandReply>> sent =
        IntStream.rangeClosed(0, EventsCommitted.MAX_CARRIED)
            .mapToObj(i -> handlers.send(CHAIR, create("b" + i, CHAIR, 1)))
            .toList();
    handlers.untilQueued(sent.size());
    held.release();

    result(Future.all(sent));
    until("it is told", () -> handlers.nudges().size() == 2);
    assertThat(handlers.nudges()).contains(new EventsCommitted(3, 2, 1_002, List.of()));
  }

  @Test
  void tells_nobody_of_a_unit_that_was_not_written() {
    ledger.failNextCommits(InMemoryLedger.Fault.UNAVAILABLE);
    assertThat(failureOf(handlers.send(CHAIR, create("b1", CHAIR, 10))))
        .isEqualTo(CommandFailure.BUSY);
    outcome(handlers.send(TABLE, create("t1", TABLE, 10)));

    until("the other is told", () -> handlers.nudges().size() == 1);
    assertThat(handlers.nudges().getFirst().shard()).isEqualTo(9);
  }

  @Test
  void finishes_what_is_queued_when_it_stops_and_takes_no_more() {
    HeldCommit held = holdOne();
    List<Future<CommandReply>> sent =
        IntStream.range(0, 20)
            .mapToObj(i -> handlers.send(CHAIR, create("b" + i, CHAIR, 1)))
            .toList();
    handlers.untilQueued(20);

    Future<Void> stopped = handlers.stop();
    List<Future<CommandReply>> late = new ArrayList<>();
    until(
        "it takes no more",
        () -> {
          late.add(handlers.send(TABLE, create("no", TABLE, 1)));
          return late.stream().anyMatch(CommandHandlerVerticleTest::isRefused);
        });
    assertThat(stopped.isComplete()).isFalse();
    held.release();

    result(stopped);
    assertThat(sent).allMatch(Future::succeeded);
    assertThat(failureOf(handlers.send(CHAIR, create("no", CHAIR, 1))))
        .isEqualTo(CommandFailure.BUSY);
  }

  /** Since nobody is there to take it; the word of that may come a moment later. */
  private static boolean isRefused(Future<CommandReply> sent) {
    return sent.failed() && failureOf(sent) == CommandFailure.BUSY;
  }

  @Test
  void stops_at_once_when_it_has_nothing_to_do() {
    result(handlers.stop());
  }

  @Test
  void tells_which_sku_a_batch_is_of() {
    outcome(handlers.send(TABLE, create("t1", TABLE, 10)));

    assertThat(owner("t1")).contains(TABLE);
    assertThat(owner("t2")).isEmpty();
    ledger.away(true);
    Future<Object> unknown =
        handlers.ask(Addresses.BATCH_OWNERS, new BatchOwner(new BatchRef("t1")));
    assertThat(CommandFailure.of(failure(unknown))).isEqualTo(CommandFailure.BUSY);
  }

  private Optional<Sku> owner(String ref) {
    Future<BatchOwner.Found> found =
        handlers.ask(Addresses.BATCH_OWNERS, new BatchOwner(new BatchRef(ref)));
    return result(found).sku();
  }

  @Test
  void counts_commands_by_outcome_units_and_races() {
    outcome(handlers.send(CHAIR, create("b1", CHAIR, 10)));
    outcome(handlers.send(CHAIR, create("b1", CHAIR, 10)));
    ledger.failNextCommits(InMemoryLedger.Fault.LOST_RACE, InMemoryLedger.Fault.LOST_RACE);
    outcome(handlers.send(CHAIR, take("o1", 10)));
    outcome(handlers.send(CHAIR, take("o2", 1)));
    outcome(handlers.send(CHAIR, free("o9")));
    ledger.failNextCommits(InMemoryLedger.Fault.UNAVAILABLE);
    failure(handlers.send(CHAIR, free("o1")));

    assertThat(handlers.counted("CreateBatch", "accepted")).isEqualTo(1);
    assertThat(handlers.counted("CreateBatch", "repeated")).isEqualTo(1);
    assertThat(handlers.counted("Allocate", "accepted")).isEqualTo(1);
    assertThat(handlers.counted("Allocate", "no-stock")).isEqualTo(1);
    assertThat(handlers.counted("Deallocate", "nothing-allocated")).isEqualTo(1);
    assertThat(handlers.counted("Deallocate", "busy")).isEqualTo(1);
    assertThat(handlers.registry.get("allocation.races.lost").counter().count()).isEqualTo(2);
    until(
        "the units are counted",
        () -> handlers.registry.get("allocation.unit.commands").summary().count() == 6);
    assertThat(handlers.registry.get("allocation.unit.duration").timer().count()).isEqualTo(6);
  }

  @Test
  void gives_each_event_its_place_and_its_unit() {
    outcome(handlers.send(CHAIR, create("b1", CHAIR, 10)));
    outcome(handlers.send(CHAIR, take("o1", 10)));

    List<LoggedEvent> log = ledger.events(3);
    assertThat(log).extracting(LoggedEvent::position).containsExactly(1L, 2L);
    assertThat(log).extracting(LoggedEvent::unitId).doesNotHaveDuplicates();
    assertThat(log).extracting(LoggedEvent::at).containsOnly(handlers.clock.instant());
    assertThat(log).extracting(LoggedEvent::correlationId).containsOnly("c");
    assertThat(log)
        .extracting(LoggedEvent::event)
        .hasAtLeastOneElementOfType(Event.Allocated.class);
  }

  /** A commit is under way, about something else, so that what comes now has to gather. */
  private HeldCommit holdOne() {
    HeldCommit held = ledger.holdNextCommit();
    Sku other = sku(3, 4);
    handlers.send(other, create(newRef(), other, 1));
    result(held.reached());
    return held;
  }

  private static Command create(String ref, Sku sku, int quantity) {
    return new CreateBatch(new BatchRef(ref), sku, quantity, Arrival.inStock());
  }

  private static Command take(String order, int quantity) {
    return new Allocate(new OrderId(order), CHAIR, quantity);
  }

  private static Command free(String order) {
    return new Deallocate(new OrderId(order), CHAIR);
  }

  private static Command change(String ref, int quantity) {
    return new ChangeBatch(new BatchRef(ref), OptionalInt.of(quantity), Optional.empty());
  }
}
