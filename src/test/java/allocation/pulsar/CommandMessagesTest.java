package allocation.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.Dispatcher;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.domain.Answer;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CommandMessagesTest {
  private static final int MAX_BYTES = 100;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Pauses pauses = new Pauses(vertx);
  private final List<CommandMessage> asked = new CopyOnWriteArrayList<>();
  private final CommandMessages messages = messages(pauses);

  private CommandMessages messages(Pauses between) {
    return new CommandMessages(
        CommandMessagesTest::parse,
        new Dispatcher(Requests.alone(vertx), new Shards(1), Clock.systemUTC(), 500),
        between,
        MAX_BYTES);
  }

  @BeforeEach
  void register_the_codec() {
    WireCodec.register(vertx.eventBus());
  }

  @AfterEach
  void close() {
    Later.await(vertx.close());
  }

  @Test
  void is_done_with_what_was_accepted() {
    handler(request -> request.reply(accepted()));

    assertThat(handle("allocate")).isEqualTo(new Verdict.Done("accepted"));
    assertThat(asked)
        .singleElement()
        .satisfies(command -> {
          assertThat(command.key().scope()).isEqualTo("pulsar allocation-commands");
          assertThat(command.key().id()).isEqualTo("1:2:0:-1@7");
          assertThat(command.correlationId()).isEqualTo("correlation");
        });
  }

  @Test
  void is_done_with_what_has_no_stock_since_the_log_tells_it() {
    handler(request -> request.reply(refused(new Refusal.NoStock(1, 2))));

    assertThat(handle("allocate")).isEqualTo(new Verdict.Done("out-of-stock"));
  }

  @Test
  void asks_again_with_the_same_key_while_there_is_no_answer() {
    handler(request -> {
      switch (asked.size()) {
        case 1 -> CommandFailure.BUSY.reply(request, "busy");
        case 2 -> CommandFailure.UNKNOWN.reply(request, "unknown");
        case 3 -> CommandFailure.INTERNAL.reply(request, "our fault");
        default -> request.reply(accepted());
      }
    });

    assertThat(handle("allocate")).isEqualTo(new Verdict.Done("accepted"));
    assertThat(asked).hasSize(4);
    assertThat(asked.stream().map(CommandMessage::key).distinct()).hasSize(1);
  }

  /** Guard: each try inside the one before it would end them all at once, and fill the stack. */
  @Test
  void however_often_it_asked_again_its_verdict_is_told_at_once() {
    int tries = 150;
    handler(request -> {
      if (asked.size() < tries) {
        CommandFailure.BUSY.reply(request, "busy");
      } else {
        request.reply(accepted());
      }
    });
    Pauses brief = new Pauses(vertx, 1, 1);

    int depth =
        Later.on(
            context,
            () ->
                messages(brief)
                    .handle(message("allocate"))
                    .map(verdict -> StackWalker.getInstance().walk(Stream::count).intValue()));

    assertThat(asked).hasSize(tries);
    assertThat(depth).as("calls on the stack").isLessThan(tries);
  }

  @Test
  void waits_until_somebody_owns_the_shard() {
    Future<Verdict> verdict = messages.handle(message("allocate"));
    handler(request -> request.reply(accepted()));

    assertThat(Later.await(verdict)).isEqualTo(new Verdict.Done("accepted"));
  }

  @Test
  void gives_a_command_up_that_goes_wrong_inside_again_and_again() {
    handler(request -> CommandFailure.INTERNAL.reply(request, "our fault"));

    assertThat(handle("allocate")).isEqualTo(new Verdict.Dead("internal-error", "our fault"));
  }

  @Test
  void sets_aside_what_is_refused_for_good() {
    handler(request -> request.reply(refused(new Refusal.UnknownSku(new Sku("LAMP")))));

    assertThat(handle("allocate"))
        .isEqualTo(new Verdict.Dead("unknown-sku", "there was never a batch of SKU LAMP"));
  }

  @Test
  void sets_aside_what_is_of_an_unknown_batch() {
    vertx
        .eventBus()
        .<BatchOwner>consumer(
            Addresses.BATCH_OWNERS,
            request -> request.reply(new BatchOwner.Found(Optional.empty())));

    assertThat(handle("change"))
        .isEqualTo(new Verdict.Dead("unknown-batch", "there is no batch b1"));
  }

  @Test
  void sets_aside_what_cannot_be_read() {
    assertThat(handle("nonsense")).isEqualTo(new Verdict.Dead("unreadable", "not a command"));
  }

  @Test
  void sets_aside_what_is_too_large_without_reading_it() {
    assertThat(handle("allocate".repeat(13)))
        .isEqualTo(new Verdict.Dead("too-large", "a command has at most 100 bytes, this has 104"));
  }

  @Test
  void leaves_a_message_that_waits_when_the_verticle_stops() {
    handler(request -> CommandFailure.BUSY.reply(request, "busy"));
    Future<Verdict> verdict = messages.handle(message("allocate"));
    await().until(() -> asked.size() >= 3);

    context.runOnContext(turn -> pauses.end());

    assertThatThrownBy(() -> Later.await(verdict)).hasRootCauseInstanceOf(Pauses.Ended.class);
  }

  private Verdict handle(String text) {
    return Later.on(context, () -> messages.handle(message(text)));
  }

  private void handler(java.util.function.Consumer<Message<CommandMessage>> answer) {
    Later.await(
        vertx
            .eventBus()
            .<CommandMessage>consumer(
                Addresses.commands(0),
                request -> {
                  asked.add(request.body());
                  answer.accept(request);
                })
            .completion());
  }

  private static Incoming message(String text) {
    return new Incoming(
        "allocation-commands",
        "1:2:0:-1@7",
        "",
        Optional.of("LAMP"),
        "correlation",
        Map.of(),
        Buffer.buffer(text));
  }

  private static Command parse(byte[] data) {
    return switch (Buffer.buffer(data).toString()) {
      case "allocate" -> new Command.Allocate(new OrderId("o1"), new Sku("LAMP"), 1);
      case "change" ->
          new Command.ChangeBatch(new BatchRef("b1"), OptionalInt.of(1), Optional.empty());
      default -> throw new IllegalArgumentException("not a command");
    };
  }

  private static CommandReply accepted() {
    return new CommandReply(
        0,
        1,
        new Outcome.Accepted(
            new Answer.OfRelease(
                new OrderLine(new OrderId("o1"), new Sku("LAMP"), 1, new BatchRef("b1"), 1))));
  }

  private static CommandReply refused(Refusal refusal) {
    return new CommandReply(0, 1, new Outcome.Refused(refusal));
  }
}
