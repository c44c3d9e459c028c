package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.message;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A topic may bring commands again, in order, after all of them were carried out. */
class RedeliveryTest {
  private static final Sku CHAIR = new Sku("chair");
  private static final OrderId ORDER = new OrderId("o1");

  private final InMemoryLedger ledger = new InMemoryLedger(SHARDS);

  @Test
  void an_allocation_that_a_topic_brings_again_does_not_come_back_after_its_deallocation() {
    BatchRef ref = new BatchRef("b1");
    run(message(CHAIR, new Command.CreateBatch(ref, CHAIR, 10, Arrival.inStock())));
    CommandMessage allocate =
        message(CHAIR, new Command.Allocate(ORDER, CHAIR, 4), CommandKey.ofMessage("t", "1"));
    CommandMessage deallocate =
        message(CHAIR, new Command.Deallocate(ORDER, CHAIR), CommandKey.ofMessage("t", "2"));
    run(allocate);
    run(deallocate);

    UnitOfWork again = run(allocate);

    assertThat(again.outcomes().getFirst()).isInstanceOf(Outcome.Repeated.class);
    assertThat(again.effects().isEmpty()).isTrue();
  }

  @Test
  void an_allocation_by_its_own_key_is_new_after_its_deallocation() {
    BatchRef ref = new BatchRef("b1");
    run(message(CHAIR, new Command.CreateBatch(ref, CHAIR, 10, Arrival.inStock())));
    run(message(CHAIR, new Command.Allocate(ORDER, CHAIR, 4)));
    run(message(CHAIR, new Command.Deallocate(ORDER, CHAIR)));

    UnitOfWork again = run(message(CHAIR, new Command.Allocate(ORDER, CHAIR, 7)));

    assertThat(again.outcomes().getFirst()).isInstanceOf(Outcome.Accepted.class);
  }

  private UnitOfWork run(CommandMessage message) {
    List<CommandMessage> commands = List.of(message);
    return result(ledger.commitLocked(wanted(commands), loaded -> Units.decide(loaded, commands)));
  }
}
