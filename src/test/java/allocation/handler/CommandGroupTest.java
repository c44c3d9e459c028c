package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.key;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands that come in one message. */
final class CommandGroupTest {
  private static final Sku CHAIR = sku(3, 0);
  private static final Sku STOOL = sku(3, 1);

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);
  private Handlers handlers = Handlers.over(ledger);

  @AfterEach
  void close() {
    handlers.close();
  }

  @Test
  void are_decided_in_order_in_one_unit_and_answered_one_by_one() {
    List<CommandResult> results =
        send(create("b1", 5), take("o1", 4), take("o2", 4), take("o1", 4), take("o3", 1));

    assertThat(results.stream().map(result -> ((CommandReply) result).outcome()))
        .extracting(outcome -> outcome.getClass().getSimpleName())
        .containsExactly("Accepted", "Accepted", "Refused", "Repeated", "Accepted");
    assertThat(ledger.units()).hasSize(1);
    assertThat(((CommandReply) results.getLast()).position()).isEqualTo(ledger.events(3).size());
  }

  @Test
  void those_that_find_no_room_in_the_queue_are_busy_and_the_others_are_not() {
    handlers.close();
    handlers = Handlers.over(ledger, 8, 100, 100, SHARDS.all());

    List<CommandResult> results =
        send(
            IntStream.range(0, 6)
                .mapToObj(i -> (Command) new Allocate(new OrderId("o" + i), CHAIR, 1))
                .toArray(Command[]::new));

    // One SKU may hold half of the queue.
    assertThat(results.subList(0, 4))
        .allSatisfy(result ->
            assertThat(((CommandReply) result).outcome())
                .isEqualTo(new Outcome.Refused(new Refusal.UnknownSku(CHAIR))));
    assertThat(results.subList(4, 6)).containsOnly(new CommandResult.NotDone(CommandFailure.BUSY));
  }

  @Test
  void all_are_answered_when_their_unit_fails() {
    send(create("b1", 5));
    ledger.away(true);

    assertThat(send(take("o1", 1), take("o2", 1)))
        .containsExactly(
            new CommandResult.NotDone(CommandFailure.BUSY),
            new CommandResult.NotDone(CommandFailure.BUSY));
  }

  @Test
  void one_that_is_refused_by_the_database_does_not_spoil_the_others() {
    send(create("b1", 5), new CreateBatch(new BatchRef("s1"), STOOL, 5, Arrival.inStock()));
    ledger.reject(
        unit -> unit.newLines().stream().anyMatch(line -> line.orderId().value().equals("bad")));

    List<CommandResult> results =
        send(take("o1", 1), take("bad", 1), new Allocate(new OrderId("o2"), STOOL, 1));

    assertThat(results.get(1)).isEqualTo(new CommandResult.NotDone(CommandFailure.INTERNAL));
    assertThat(List.of(results.get(0), results.get(2)))
        .allSatisfy(result ->
            assertThat(((CommandReply) result).outcome()).isInstanceOf(Outcome.Accepted.class));
  }

  private List<CommandResult> send(Command... commands) {
    List<CommandMessage> messages =
        List.of(commands).stream()
            .map(command ->
                new CommandMessage(
                    command instanceof Allocate take ? take.sku() : ((CreateBatch) command).sku(),
                    command,
                    key("k"),
                    "c",
                    handlers.clock.instant().plus(Handlers.PATIENCE)))
            .toList();
    return result(
            handlers.<CommandGroup.Results>ask(Addresses.commands(3), new CommandGroup(messages)))
        .results();
  }

  private static Command create(String ref, int quantity) {
    return new CreateBatch(new BatchRef(ref), CHAIR, quantity, Arrival.inStock());
  }

  private static Command take(String order, int quantity) {
    return new Allocate(new OrderId(order), CHAIR, quantity);
  }
}
