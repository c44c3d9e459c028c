package allocation.pulsar;

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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;

/** The entrance from Pulsar before a handler that answers by the text of the message. */
final class CommandsUnderTest {
  private static final int ANSWER_MS = 5;

  private final Vertx vertx;
  private final VertxPulsar pulsar;
  private final List<CommandMessage> asked = new CopyOnWriteArrayList<>();
  private final List<String> accepted = new CopyOnWriteArrayList<>();
  private volatile String busy = "";
  private int atOnce;
  private volatile int mostAtOnce;

  CommandsUnderTest(Vertx vertx, VertxPulsar pulsar) {
    this.vertx = vertx;
    this.pulsar = pulsar;
  }

  String deploy() {
    return deploy(pulsar);
  }

  /** With other settings than usual. */
  String deploy(VertxPulsar pulsar) {
    return Later.await(
        vertx.deployVerticle(
            new PulsarCommandsVerticle(
                pulsar,
                () ->
                    new Dispatcher(Requests.alone(vertx), new Shards(1), Clock.systemUTC(), 60_000),
                CommandsUnderTest::command,
                CommandsUnderTest::change,
                () -> "made",
                new SimpleMeterRegistry())));
  }

  /** Every command that the handler got, repeats too. */
  List<CommandMessage> asked() {
    return asked;
  }

  /** What was accepted, in that order: order ids and batch refs. */
  List<String> accepted() {
    return accepted;
  }

  /** Most commands that the handler had to answer at one time. */
  int mostAtOnce() {
    return mostAtOnce;
  }

  /** From now on, commands whose id begins so are answered with "busy". */
  void busyFor(String prefix) {
    busy = prefix;
  }

  void answer() {
    WireCodec.register(vertx.eventBus());
    vertx
        .eventBus()
        .<BatchOwner>consumer(
            Addresses.BATCH_OWNERS,
            request -> request.reply(new BatchOwner.Found(Optional.of(new Sku("LAMP")))));
    Later.await(
        vertx
            .eventBus()
            .<CommandMessage>consumer(Addresses.commands(0), this::answerLater)
            .completion());
  }

  private void answerLater(Message<CommandMessage> request) {
    asked.add(request.body());
    atOnce++;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    vertx.setTimer(
        ANSWER_MS,
        fired -> {
          atOnce--;
          answer(request);
        });
  }

  private void answer(Message<CommandMessage> request) {
    String id = id(request.body().command());
    if (!busy.isEmpty() && id.startsWith(busy)) {
      CommandFailure.BUSY.reply(request, "busy");
    } else if (id.equals("unknown-sku")) {
      request.reply(new CommandReply(0, 1, refused(new Refusal.UnknownSku(new Sku("LAMP")))));
    } else if (id.equals("no-stock")) {
      request.reply(new CommandReply(0, 1, refused(new Refusal.NoStock(0, 0))));
    } else {
      accepted.add(id);
      request.reply(new CommandReply(0, 1, new Outcome.Accepted(released(id))));
    }
  }

  private static Outcome refused(Refusal refusal) {
    return new Outcome.Refused(refusal);
  }

  private static Answer released(String id) {
    return new Answer.OfRelease(
        new OrderLine(new OrderId(id), new Sku("LAMP"), 1, new BatchRef("b1"), 1));
  }

  private static String id(Command command) {
    return switch (command) {
      case Command.Allocate allocate -> allocate.orderId().value();
      case Command.ChangeBatch change -> change.ref().value();
      case Command.CreateBatch create -> create.ref().value();
      case Command.Deallocate deallocate -> deallocate.orderId().value();
    };
  }

  private static Command command(byte[] data) {
    String text = Buffer.buffer(data).toString();
    if (text.isEmpty() || text.equals("nonsense")) {
      throw new IllegalArgumentException("not a command: " + text);
    }
    return new Command.Allocate(new OrderId(text), new Sku("LAMP"), 1);
  }

  private static Command change(byte[] data) {
    return new Command.ChangeBatch(
        new BatchRef(Buffer.buffer(data).toString()), OptionalInt.of(1), Optional.empty());
  }
}
