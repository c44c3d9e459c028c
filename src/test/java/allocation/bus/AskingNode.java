package allocation.bus;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Requests.To;
import allocation.domain.BatchRef;
import allocation.domain.Sku;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A node named "here", which asks others that are named a and b, or itself. */
abstract class AskingNode {
  /** Longer than any test waits: what comes within it did not come because it was over. */
  static final long LONG_MS = 600_000;

  static final long SHORT_MS = 300;

  /** What another node's clock shows. */
  static final long CLOCK_MS = 7_000_000_000_000L;

  static final BusMessage QUESTION = new BatchOwner(new BatchRef("b1"));
  static final BatchOwner.Found ANSWER = found("CHAIR");
  static final To HANDLER = new To.Handler(1);

  final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  final CurrentPlacement placement = new CurrentPlacement(ofHandlers("here", "a"));
  private Requests requests = Requests.alone(vertx);

  @BeforeEach
  void register() {
    WireCodec.register(vertx.eventBus());
    requests = Later.on(context, () -> Future.succeededFuture(new Requests(vertx, placement)));
  }

  @AfterEach
  void close() {
    assertThat(Later.on(context, () -> Future.succeededFuture(requests.away())))
        .as("what is kept of requests that have their answers")
        .isZero();
    result(vertx.close());
  }

  /** Somebody who is asked; notes every request before it reacts. */
  final class Asked {
    final List<Message<BusMessage>> got = new CopyOnWriteArrayList<>();
    final MessageConsumer<BusMessage> consumer;

    Asked(String address, Consumer<Message<BusMessage>> reaction) {
      consumer =
          vertx
              .eventBus()
              .localConsumer(
                  address,
                  request -> {
                    got.add(request);
                    reaction.accept(request);
                  });
      result(consumer.completion());
    }

    long leftMs(int request) {
      return Long.parseLong(got.get(request).headers().get(Requests.LEFT_MS));
    }

    String sentAt(int request) {
      return got.get(request).headers().get(Requests.SENT_AT_MS);
    }

    /** By a clock that stood at this when it was last shown. */
    void assertSentSince(int request, long shownMs) {
      assertThat(Long.parseLong(sentAt(request))).isBetween(shownMs, shownMs + LONG_MS);
    }
  }

  final Future<BatchOwner.Found> ask(To to, long timeoutMs) {
    return ask(to, QUESTION, timeoutMs);
  }

  final Future<BatchOwner.Found> ask(To to, BusMessage question, long timeoutMs) {
    return ask(to, question, BatchOwner.Found.class, timeoutMs);
  }

  final <T extends BusMessage> Future<T> ask(
      To to, BusMessage question, Class<T> reply, long timeoutMs) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(turn -> requests.ask(to, question, reply, timeoutMs).onComplete(answer));
    return answer.future();
  }

  final void move(Set<String> live, Map<Role, List<String>> owners) {
    placement.moveTo(new Placement("here", live, owners), vertx.eventBus());
  }

  /** Whatever could have happened by now has. */
  final void turn() {
    for (int i = 0; i < 20; i++) {
      Later.on(context, Future::succeededFuture);
    }
  }

  static Placement ofHandlers(String... nodes) {
    return new Placement("here", Set.of("here", "a", "b"), Map.of(Role.HANDLER, List.of(nodes)));
  }

  static BatchOwner.Found found(String sku) {
    return new BatchOwner.Found(Optional.of(new Sku(sku)));
  }

  static void moved(Message<BusMessage> request) {
    request.fail(CommandFailure.MOVED, "not served by this node");
  }
}
