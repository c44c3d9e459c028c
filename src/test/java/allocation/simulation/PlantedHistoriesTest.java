package allocation.simulation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.CommandReply;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.View;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.json.EventJson;
import allocation.pulsar.StandInEntrance;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A checker that passes everything proves nothing: each of these histories it has to refuse. */
final class PlantedHistoriesTest {
  private static final Sku LAMP = new Sku("LAMP");
  private static final BatchRef NOW = new BatchRef("now");
  private static final BatchRef LATER = new BatchRef("later");
  private static final OrderId ANN = new OrderId("ann");
  private static final OrderId BOB = new OrderId("bob");
  private static final Arrival SHIP = Arrival.due(LocalDate.of(2026, 3, 1));

  private static final Event MADE = new BatchCreated(NOW, 10, Arrival.inStock());
  private static final Event SAILS = new BatchCreated(LATER, 10, SHIP);

  @Test
  void a_log_of_everything_that_may_happen_is_accepted() {
    assertThatCode(() ->
            Fold.of(
                log(
                    MADE,
                    SAILS,
                    allocated(ANN, 6, NOW),
                    allocated(BOB, 5, LATER),
                    new OutOfStock(ANN, 9, OutOfStock.Reason.REFUSED),
                    deallocated(BOB, 5, LATER),
                    moved(ANN, NOW, LATER, 6),
                    new BatchQuantityChanged(NOW, 10, 2),
                    new BatchEtaChanged(LATER, SHIP, Arrival.inStock()))))
        .doesNotThrowAnyException();
  }

  private static Stream<Arguments> logs() {
    return Stream.of(
        Arguments.of("a gap", List.of(logged(1, MADE), logged(3, SAILS))),
        Arguments.of("a position twice", List.of(logged(1, MADE), logged(1, SAILS))),
        Arguments.of("a batch is made twice", log(MADE, MADE)),
        Arguments.of("of a batch that is not there", log(allocated(ANN, 1, NOW))),
        Arguments.of("more than there is", log(MADE, allocated(ANN, 11, NOW))),
        Arguments.of(
            "more than is left", log(MADE, allocated(ANN, 6, NOW), allocated(BOB, 5, NOW))),
        Arguments.of("a line twice", log(MADE, allocated(ANN, 1, NOW), allocated(ANN, 1, NOW))),
        Arguments.of("not from the warehouse first", log(MADE, SAILS, allocated(ANN, 1, LATER))),
        Arguments.of("the wrong date", log(SAILS, allocated(ANN, 1, LATER, Arrival.inStock()))),
        Arguments.of("gives back what nobody had", log(MADE, deallocated(ANN, 1, NOW))),
        Arguments.of(
            "gives back more than was had",
            log(MADE, allocated(ANN, 1, NOW), deallocated(ANN, 2, NOW))),
        Arguments.of("moves what is elsewhere", log(MADE, SAILS, moved(ANN, NOW, LATER, 1))),
        Arguments.of(
            "cut below what it holds",
            log(MADE, allocated(ANN, 6, NOW), new BatchQuantityChanged(NOW, 10, 5))),
        Arguments.of("changes what was not so", log(MADE, new BatchQuantityChanged(NOW, 9, 11))),
        Arguments.of("a date that was not so", log(MADE, new BatchEtaChanged(NOW, SHIP, SHIP))),
        Arguments.of(
            "no stock although there is",
            log(MADE, new OutOfStock(ANN, 10, OutOfStock.Reason.REFUSED))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("logs")
  void a_log_that_cannot_be_is_refused(String what, List<LoggedEvent> log) {
    assertThatThrownBy(() -> Fold.of(log)).as(what).isInstanceOf(World.Violation.class);
  }

  private static Stream<Arguments> endings() {
    return Stream.of(
        ending("the topic lacks an event", told -> told.world().topic.forgetLast(told.shard())),
        ending(
            "the views are behind", told -> told.world().database.views.setCursor(told.shard(), 0)),
        ending(
            "somebody was never told",
            told -> told.world().customers.errands.getFirst().done = false),
        ending(
            "somebody was told of what is not in the log yet",
            told ->
                told.world()
                    .checker
                    .told(
                        told.errand(),
                        new CommandReply(
                            told.shard(), told.position() + 1_000, told.reply().outcome()))),
        ending(
            "an answer of another world",
            told ->
                told.world()
                    .checker
                    .told(
                        told.errand(),
                        new CommandReply(
                            told.shard(),
                            told.position(),
                            new Outcome.Refused(new Refusal.KeyReused())))),
        ending(
            "a no although there is enough",
            told ->
                told.world()
                    .checker
                    .told(
                        told.errand(),
                        new CommandReply(
                            told.shard(),
                            told.position(),
                            new Outcome.Refused(new Refusal.NoStock(-7, -7))))),
        ending(
            "a view of before",
            told ->
                told.world()
                    .checker
                    .saw(
                        new Query.ProductBySku(
                            told.sku(), new Freshness.AtLeast(Map.of(told.shard(), 1L))),
                        told.shard(),
                        told.position(),
                        new View.Unknown())),
        ending(
            "a message came to nothing",
            told ->
                told.world()
                    .customers
                    .errands
                    .add(
                        done(
                            new Errand(
                                told.errand().command, StandInEntrance.key("lost"), "lost")))));
  }

  /** An answer of a whole world, and the world. */
  record Tampered(Simulation world, Errand errand, CommandReply reply) {
    int shard() {
      return reply.shard();
    }

    long position() {
      return reply.position();
    }

    Sku sku() {
      return ((Command.CreateBatch) errand.command).sku();
    }
  }

  private static Errand done(Errand errand) {
    errand.done = true;
    return errand;
  }

  private static Arguments ending(String what, Consumer<Tampered> how) {
    return Arguments.of(what, how);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endings")
  void an_ending_that_cannot_be_is_refused(String what, Consumer<Tampered> how) {
    Simulation world = new Simulation(1);
    Quiet.during(() -> {
      world.world.faults.heal();
      world.live();
      world.check();
      return world;
    });
    Errand errand =
        world.customers.errands.stream()
            .filter(one -> one.command instanceof Command.CreateBatch && !one.replies.isEmpty())
            .findFirst()
            .orElseThrow();

    assertThatThrownBy(
            () -> {
              how.accept(new Tampered(world, errand, errand.replies.getFirst()));
              world.check();
            })
        .as(what)
        .isInstanceOf(World.Violation.class);
  }

  @Test
  void what_has_a_key_may_not_be_done_twice() {
    Errand errand =
        new Errand(
            new Command.CreateBatch(NOW, LAMP, 10, Arrival.inStock()),
            StandInEntrance.key("m"),
            "correlation");
    LoggedEvent once = logged(1, MADE);
    LoggedEvent again =
        EventJson.logged(0, 2, LAMP, SAILS, Instant.EPOCH, "another unit", "correlation");

    assertThatCode(() -> Checker.once(errand, List.of(once))).doesNotThrowAnyException();
    assertThatThrownBy(() -> Checker.once(errand, List.of(once, again)))
        .isInstanceOf(World.Violation.class);
  }

  private static List<LoggedEvent> log(Event... events) {
    List<LoggedEvent> log = new ArrayList<>();
    for (Event event : events) {
      log.add(logged(log.size() + 1, event));
    }
    return log;
  }

  private static LoggedEvent logged(long position, Event event) {
    return EventJson.logged(0, position, LAMP, event, Instant.EPOCH, "unit", "correlation");
  }

  private static Event allocated(OrderId order, int quantity, BatchRef ref) {
    return allocated(order, quantity, ref, ref.equals(NOW) ? Arrival.inStock() : SHIP);
  }

  private static Event allocated(OrderId order, int quantity, BatchRef ref, Arrival arrival) {
    return new Allocated(order, quantity, ref, arrival, Optional.empty());
  }

  private static Event moved(OrderId order, BatchRef from, BatchRef to, int quantity) {
    return new Allocated(order, quantity, to, SHIP, Optional.of(from));
  }

  private static Event deallocated(OrderId order, int quantity, BatchRef ref) {
    return new Deallocated(order, quantity, ref, Deallocated.Reason.CANCELLED);
  }
}
