package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.handler.Handlers.outcome;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.key;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which units are written without asking first, and that none of them answers anything wrong. */
final class ForesightTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final Sku TABLE = sku(9, 0);

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private final Handlers handlers = Handlers.over(ledger);

  @BeforeEach
  void stock() {
    handlers.outcome(CHAIR, new CreateBatch(new BatchRef("b1"), CHAIR, 100, Arrival.inStock()));
    handlers.outcome(TABLE, new CreateBatch(new BatchRef("b2"), TABLE, 100, Arrival.inStock()));
  }

  @AfterEach
  void close() {
    handlers.close();
  }

  @Test
  void allocations_of_remembered_products_are_written_without_a_question() {
    assertThat(questions(() -> handlers.outcome(CHAIR, take(CHAIR, "o1", 1)))).isZero();
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = handlers.send(CHAIR, take(CHAIR, "o2", 1));
    result(held.reached());
    Future<CommandReply> chair = handlers.send(CHAIR, take(CHAIR, "o3", 1));
    Future<CommandReply> table = handlers.send(TABLE, take(TABLE, "o3", 1));
    handlers.untilQueued(2);

    assertThat(
            questions(() -> {
              held.release();
              assertThat(List.of(outcome(first), outcome(chair), outcome(table)))
                  .allMatch(Outcome.Accepted.class::isInstance);
            }))
        .isZero();
  }

  @Test
  void all_else_is_asked_about() {
    OrderId order = new OrderId("o1");
    CommandKey ofTopic = CommandKey.ofMessage("topic", "1");
    assertThat(questions(() -> handlers.outcome(CHAIR, take(CHAIR, "o1", 1), ofTopic))).isOne();
    assertThat(questions(() -> handlers.outcome(CHAIR, new Deallocate(order, CHAIR), key("k"))))
        .isOne();
    Sku unknown = sku(3, 1);
    assertThat(questions(() -> handlers.outcome(unknown, take(unknown, "o1", 1)))).isOne();
  }

  /** Guard: a refusal is never foreseen. Without it the caller hears "no" and has his line. */
  @Test
  void a_line_that_was_allocated_before_is_not_refused_when_all_is_sold() {
    handlers.outcome(CHAIR, take(CHAIR, "o1", 100));

    assertThat(handlers.outcome(CHAIR, take(CHAIR, "o1", 100)))
        .isInstanceOf(Outcome.Repeated.class);
    assertThat(handlers.outcome(CHAIR, take(CHAIR, "o2", 1)))
        .isEqualTo(new Outcome.Refused(new Refusal.NoStock(0, 0)));
  }

  @Test
  void a_line_that_is_there_already_is_found_when_it_is_written_and_takes_nothing_again() {
    handlers.outcome(CHAIR, take(CHAIR, "o1", 3));

    assertThat(handlers.outcome(CHAIR, take(CHAIR, "o1", 3))).isInstanceOf(Outcome.Repeated.class);

    assertThat(handlers.registry.get("allocation.repeats.found").counter().count()).isOne();
    assertThat(handlers.registry.get("allocation.races.lost").counter().count()).isZero();
    assertThat(ledger.now(Units.products(CHAIR)).products().get(CHAIR).available()).isEqualTo(97);
  }

  @Test
  void after_a_repeat_the_next_units_ask_first_and_later_ones_do_not() {
    handlers.outcome(CHAIR, take(CHAIR, "o1", 3));
    handlers.outcome(CHAIR, take(CHAIR, "o1", 3));

    assertThat(
            questions(() -> {
              for (int i = 0; i < 16; i++) {
                handlers.outcome(CHAIR, take(CHAIR, "again-" + i, 1));
              }
            }))
        .isEqualTo(16);
    assertThat(questions(() -> handlers.outcome(CHAIR, take(CHAIR, "o2", 1)))).isZero();
  }

  /** How often the ledger was asked meanwhile. */
  private int questions(Runnable meanwhile) {
    int before = ledger.loads().size();
    meanwhile.run();
    return ledger.loads().size() - before;
  }

  private static Allocate take(Sku sku, String order, int quantity) {
    return new Allocate(new OrderId(order), sku, quantity);
  }
}
