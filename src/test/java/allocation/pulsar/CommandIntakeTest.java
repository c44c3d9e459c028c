package allocation.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import allocation.bus.Addresses;
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
import allocation.domain.Sku;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much is taken from a topic that has more, before a handler that says nothing by itself. */
final class CommandIntakeTest {
  private static final int MOST = 3;

  /** Longer than any test: nothing is asked again. */
  private static final long PATIENCE_MS = 60_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Pauses pauses = new Pauses(vertx);
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final List<String> acknowledged = new CopyOnWriteArrayList<>();
  private final List<Message<CommandMessage>> asked = new CopyOnWriteArrayList<>();

  @BeforeEach
  void say_nothing() {
    WireCodec.register(vertx.eventBus());
    Later.await(
        vertx.eventBus().<CommandMessage>consumer(Addresses.commands(0), asked::add).completion());
  }

  @AfterEach
  void close() {
    Later.await(vertx.close());
  }

  @Test
  void takes_as_many_as_may_be_in_flight_and_the_next_when_one_is_answered() {
    take(List.of("a o1", "b o2", "c o3", "d o4", "e o5"));
    await().until(() -> asked.size() >= MOST);
    assertThat(taken).containsExactly("o1", "o2", "o3");

    answer(1);

    await().until(() -> asked.size() >= MOST + 1);
    assertThat(taken).containsExactly("o1", "o2", "o3", "o4");
    assertThat(acknowledged).containsExactly("o2");

    answer(0);

    await().until(() -> asked.size() >= MOST + 2);
    assertThat(taken).containsExactly("o1", "o2", "o3", "o4", "o5");
    assertThat(acknowledged).containsExactly("o2", "o1");
  }

  /** They are held in memory as well. */
  @Test
  void what_waits_for_another_one_of_its_key_counts_too() {
    take(List.of("a o1", "a o2", "a o3", "b o4"));
    await().until(() -> asked.size() >= 1);
    assertThat(taken).containsExactly("o1", "o2", "o3");

    answer(0);

    await().until(() -> asked.size() >= 3);
    assertThat(taken).containsExactly("o1", "o2", "o3", "o4");
    assertThat(asked.stream().map(Message::body).map(CommandMessage::command))
        .containsExactlyInAnyOrder(allocate("o1"), allocate("o2"), allocate("o4"));
  }

  /** What is there at once is taken in one turn, before anybody is asked. */
  private void take(List<String> messages) {
    Dispatcher dispatcher =
        new Dispatcher(Requests.alone(vertx), new Shards(1), Clock.systemUTC(), PATIENCE_MS);
    CommandIntake intake =
        new CommandIntake(
            vertx,
            topic(messages),
            new CommandMessages(
                data -> allocate(Buffer.buffer(data).toString()), dispatcher, pauses, 100),
            noDeadLetters(),
            pauses,
            new SimpleMeterRegistry());
    Later.on(
        context,
        () -> {
          intake.start();
          return Future.succeededFuture();
        });
  }

  private void answer(int n) {
    Message<CommandMessage> request = asked.get(n);
    Command.Allocate allocate = (Command.Allocate) request.body().command();
    OrderLine line = new OrderLine(allocate.orderId(), allocate.sku(), 1, new BatchRef("b1"), 1);
    request.reply(new CommandReply(0, 1, new Outcome.Accepted(new Answer.OfRelease(line))));
  }

  private static Command allocate(String order) {
    return new Command.Allocate(new OrderId(order), new Sku("LAMP"), 1);
  }

  /**
   * @param messages key and order of each
   */
  private CommandTopic topic(List<String> messages) {
    return new CommandTopic() {
      @Override
      public String name() {
        return "allocation-commands";
      }

      @Override
      public boolean isKeyed() {
        return true;
      }

      @Override
      public int mostInFlight() {
        return MOST;
      }

      @Override
      public Future<Subscription> subscribe() {
        return Future.succeededFuture(subscription(messages));
      }
    };
  }

  private CommandTopic.Subscription subscription(List<String> messages) {
    return new CommandTopic.Subscription() {
      @Override
      public Future<CommandTopic.Received> receive() {
        return taken.size() < messages.size()
            ? Future.succeededFuture(received(messages.get(taken.size())))
            : Promise.<CommandTopic.Received>promise().future();
      }

      @Override
      public Future<Void> close() {
        return Future.succeededFuture();
      }
    };
  }

  private CommandTopic.Received received(String message) {
    String key = message.substring(0, 1);
    String order = message.substring(2);
    taken.add(order);
    return new CommandTopic.Received(
        new Incoming(
            "allocation-commands",
            order,
            "key " + key,
            Optional.of(key),
            "correlation",
            Map.of(),
            Buffer.buffer(order)),
        () -> {
          acknowledged.add(order);
          return Future.succeededFuture();
        });
  }

  private static CommandTopic.DeadLetterTopic noDeadLetters() {
    return new CommandTopic.DeadLetterTopic() {
      @Override
      public Future<Void> add(Incoming message, Verdict.Dead verdict) {
        return Future.failedFuture("nothing is set aside here: " + verdict);
      }

      @Override
      public Future<Void> close() {
        return Future.succeededFuture();
      }
    };
  }
}
