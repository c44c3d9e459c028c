package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.given.SetClock;
import allocation.wire.WireCodec;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of a node that speaks another version. */
final class RepliesTest {
  private static final Allocate TAKE = new Allocate(new OrderId("o"), new Sku("CHAIR"), 1);
  private static final CommandKey KEY = new CommandKey("test", "k");

  private final Vertx vertx = Vertx.vertx();
  private final Shards shards = new Shards(1);
  private final Dispatcher dispatcher =
      new Dispatcher(Requests.alone(vertx), shards, new SetClock(), 10_000);

  @BeforeEach
  void answer_with_what_cannot_be_read() {
    WireCodec.register(vertx.eventBus());
    for (String address : List.of(Addresses.commands(0), Addresses.BATCH_OWNERS)) {
      vertx.eventBus().consumer(address, request -> request.reply(new Unreadable("new")));
    }
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_command_whose_answer_cannot_be_read_has_an_unknown_outcome() {
    Throwable cause = failure(dispatcher.send(TAKE.sku(), TAKE, KEY, "c"));

    assertThat(CommandFailure.of(cause)).isEqualTo(CommandFailure.UNKNOWN);
    assertThat(cause).hasMessage("new");
  }

  @Test
  void so_has_each_of_a_group() {
    assertThat(result(dispatcher.sendAll(List.of(TAKE, TAKE), KEY, "c")))
        .hasSize(2)
        .containsOnly(new CommandResult.NotDone(CommandFailure.UNKNOWN));
  }

  @Test
  void an_owner_that_cannot_be_read_is_not_an_unknown_batch() {
    ChangeBatch change = new ChangeBatch(new BatchRef("b"), OptionalInt.of(1), Optional.empty());

    assertThat(failure(dispatcher.skuOf(change))).hasMessage("new");
  }
}
