package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.SetClock;
import allocation.wire.WireCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DispatcherTest {
  private static final Sku CHAIR = new Sku("CHAIR");
  private static final CommandKey KEY = new CommandKey("test", "k");

  private final Vertx vertx = Vertx.vertx();
  private final Shards shards = new Shards(16);
  private final SetClock clock = new SetClock();
  private final Dispatcher dispatcher = new Dispatcher(Requests.alone(vertx), shards, clock, 200);

  @BeforeEach
  void register() {
    WireCodec.register(vertx.eventBus());
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void asks_the_owner_of_the_shard_and_hands_messages_over_as_they_are() {
    AtomicReference<CommandMessage> got = new AtomicReference<>();
    CommandReply reply = new CommandReply(1, 2, new Outcome.Refused(new Refusal.KeyReused()));
    vertx
        .eventBus()
        .<CommandMessage>consumer(
            Addresses.commands(shards.of(CHAIR)),
            request -> {
              got.set(request.body());
              request.reply(reply);
            });
    Command command = take();

    CommandReply answer = result(dispatcher.send(CHAIR, command, KEY, "c"));

    assertThat(answer).isSameAs(reply);
    assertThat(got.get())
        .isEqualTo(new CommandMessage(CHAIR, command, KEY, "c", clock.instant().plusMillis(200)));
    assertThat(got.get().command()).isSameAs(command);
  }

  @Test
  void waits_no_longer_than_it_says() {
    vertx.eventBus().consumer(Addresses.commands(shards.of(CHAIR)), silent -> {});

    Future<CommandReply> sent = dispatcher.send(CHAIR, take(), KEY, "c");

    assertThat(CommandFailure.of(failure(sent))).isEqualTo(CommandFailure.UNKNOWN);
  }

  @Test
  void who_has_waited_already_waits_for_the_rest_of_his_time_alone() {
    long timeoutMs = 600_000;
    Dispatcher patient = new Dispatcher(Requests.alone(vertx), shards, clock, timeoutMs);
    AtomicReference<CommandMessage> got = new AtomicReference<>();
    vertx
        .eventBus()
        .<CommandMessage>consumer(
            Addresses.commands(shards.of(CHAIR)), request -> got.set(request.body()));
    Instant deadline = patient.deadline();
    clock.advance(Duration.ofMillis(timeoutMs - 100));

    // Within what any test waits.
    Throwable cause = failure(patient.send(CHAIR, take(), KEY, "c", deadline));

    assertThat(CommandFailure.of(cause)).isEqualTo(CommandFailure.UNKNOWN);
    assertThat(got.get().deadline()).isEqualTo(deadline);
  }

  @Test
  void a_shard_without_an_owner_is_busy() {
    Future<CommandReply> sent = dispatcher.send(CHAIR, take(), KEY, "c");

    assertThat(CommandFailure.of(failure(sent))).isEqualTo(CommandFailure.BUSY);
  }

  @Test
  void sends_what_is_of_one_shard_together_and_gives_the_results_in_order() {
    List<CommandGroup> groups = new CopyOnWriteArrayList<>();
    Sku table = other(CHAIR);
    vertx
        .eventBus()
        .<CommandGroup>consumer(
            Addresses.commands(shards.of(CHAIR)),
            request -> {
              groups.add(request.body());
              request.reply(
                  new CommandGroup.Results(
                      List.of(
                          new CommandReply(1, 1, new Outcome.Refused(new Refusal.KeyReused())),
                          new CommandResult.NotDone(CommandFailure.INTERNAL))));
            });
    Allocate first = new Allocate(new OrderId("o1"), CHAIR, 1);
    Allocate elsewhere = new Allocate(new OrderId("o2"), table, 1);
    Allocate last = new Allocate(new OrderId("o3"), CHAIR, 1);

    List<CommandResult> results =
        result(dispatcher.sendAll(List.of(first, elsewhere, last), KEY, "c"));

    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().commands())
        .extracting(CommandMessage::command)
        .containsExactly(first, last);
    assertThat(results.getFirst()).isInstanceOf(CommandReply.class);
    assertThat(results.subList(1, 3))
        .containsExactly(
            // Nobody owns the other's shard.
            new CommandResult.NotDone(CommandFailure.BUSY),
            new CommandResult.NotDone(CommandFailure.INTERNAL));
  }

  @Test
  void nothing_to_send_is_answered_at_once() {
    assertThat(result(dispatcher.sendAll(List.of(), KEY, "c"))).isEmpty();
  }

  /** Of another shard. */
  private Sku other(Sku sku) {
    return IntStream.range(0, 100)
        .mapToObj(i -> new Sku("SKU-" + i))
        .filter(candidate -> shards.of(candidate) != shards.of(sku))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void knows_the_sku_of_every_command_and_asks_for_that_of_a_batch() {
    vertx
        .eventBus()
        .<BatchOwner>consumer(
            Addresses.BATCH_OWNERS,
            request ->
                request.reply(
                    new BatchOwner.Found(
                        request.body().ref().value().equals("b1")
                            ? Optional.of(CHAIR)
                            : Optional.empty())));

    assertThat(skuOf(take())).contains(CHAIR);
    assertThat(skuOf(new Deallocate(new OrderId("o1"), CHAIR))).contains(CHAIR);
    assertThat(skuOf(new CreateBatch(new BatchRef("b9"), CHAIR, 1, Arrival.inStock())))
        .contains(CHAIR);
    assertThat(skuOf(change("b1"))).contains(CHAIR);
    assertThat(skuOf(change("b2"))).isEmpty();
  }

  private Optional<Sku> skuOf(Command command) {
    return result(dispatcher.skuOf(command));
  }

  private static Command take() {
    return new Allocate(new OrderId("o1"), CHAIR, 1);
  }

  private static Command change(String ref) {
    return new ChangeBatch(new BatchRef(ref), OptionalInt.of(1), Optional.empty());
  }
}
