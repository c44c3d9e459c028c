package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.handler.Units.SHARDS;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.InMemoryLedger.HeldCommit;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that comes again while the first has no answer yet. */
class InFlightTest {
  private static final Sku CHAIR = new Sku("chair");
  private static final BatchRef REF = new BatchRef("b1");
  private static final Command CHANGE =
      new Command.ChangeBatch(REF, OptionalInt.of(7), Optional.empty());
  private static final CommandKey KEY = new CommandKey("http PATCH", "k");

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private final Handlers handlers = Handlers.over(ledger);

  @BeforeEach
  void make() {
    handlers.outcome(CHAIR, new Command.CreateBatch(REF, CHAIR, 10, Arrival.inStock()));
  }

  @AfterEach
  void close() {
    handlers.close();
  }

  @Test
  void with_the_same_key_it_is_told_so_and_later_gets_the_answer_of_the_first() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = handlers.send(CHAIR, CHANGE, KEY);
    result(held.reached());

    assertThat(Handlers.failureOf(handlers.send(CHAIR, CHANGE, KEY)))
        .isEqualTo(CommandFailure.IN_FLIGHT);
    held.release();

    Outcome.Accepted done = (Outcome.Accepted) Handlers.outcome(first);
    assertThat(handlers.outcome(CHAIR, CHANGE, KEY)).isEqualTo(new Outcome.Repeated(done.answer()));
  }

  @Test
  void so_is_one_that_comes_while_the_first_is_queued() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> before = handlers.send(CHAIR, allocate("o1"));
    result(held.reached());
    Future<CommandReply> first = handlers.send(CHAIR, CHANGE, KEY);
    handlers.untilQueued(1);

    assertThat(Handlers.failureOf(handlers.send(CHAIR, CHANGE, KEY)))
        .isEqualTo(CommandFailure.IN_FLIGHT);
    held.release();

    assertThat(Handlers.outcome(before)).isInstanceOf(Outcome.Accepted.class);
    assertThat(Handlers.outcome(first)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void one_whose_first_has_failed_is_taken() {
    ledger.away(true);
    assertThat(Handlers.failureOf(handlers.send(CHAIR, CHANGE, KEY)))
        .isEqualTo(CommandFailure.BUSY);
    ledger.away(false);

    assertThat(handlers.outcome(CHAIR, CHANGE, KEY)).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void another_key_and_a_command_that_is_its_own_key_wait_their_turn() {
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = handlers.send(CHAIR, CHANGE, KEY);
    result(held.reached());
    Future<CommandReply> other =
        handlers.send(CHAIR, CHANGE, new CommandKey("http PATCH", "another"));
    Future<CommandReply> one = handlers.send(CHAIR, allocate("o1"), KEY);
    Future<CommandReply> same = handlers.send(CHAIR, allocate("o1"), KEY);
    handlers.untilQueued(3);
    held.release();

    assertThat(Handlers.outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(Handlers.outcome(other)).isInstanceOf(Outcome.Accepted.class);
    assertThat(Handlers.outcome(one)).isInstanceOf(Outcome.Accepted.class);
    assertThat(Handlers.outcome(same)).isInstanceOf(Outcome.Repeated.class);
  }

  @Test
  void a_message_that_a_topic_brings_again_waits_for_the_answer_of_the_first() {
    CommandKey key = CommandKey.ofMessage("topic", "1:1");
    HeldCommit held = ledger.holdNextCommit();
    Future<CommandReply> first = handlers.send(CHAIR, CHANGE, key);
    result(held.reached());
    Future<CommandReply> again = handlers.send(CHAIR, CHANGE, key);
    handlers.untilQueued(1);
    held.release();

    assertThat(Handlers.outcome(first)).isInstanceOf(Outcome.Accepted.class);
    assertThat(Handlers.outcome(again)).isInstanceOf(Outcome.Repeated.class);
  }

  private static Command allocate(String order) {
    return new Command.Allocate(new OrderId(order), CHAIR, 1);
  }
}
