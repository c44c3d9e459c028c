package allocation.simulation;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The event bus of one simulated node; what is not for an address here goes into the network. */
public final class Bus {
  private final Loop loop;
  private final Network network;
  private final EventBus bus = Stub.of(EventBus.class, this);
  private final Map<String, List<Registration>> consumers = new HashMap<>();
  private int turn;

  /** An answer on its way back. */
  interface Replier extends Consumer<AsyncResult<Reply>> {}

  /** What is answered. */
  record Reply(Object body, MultiMap headers) {}

  Bus(Loop loop, String node, Network network) {
    this.loop = loop;
    this.network = network;
    network.join(node, this);
  }

  EventBus bus() {
    return bus;
  }

  Loop loop() {
    return loop;
  }

  // What follows is called through the interface.

  public <T> MessageConsumer<T> localConsumer(String address, Handler<Message<T>> handler) {
    return consumer(address, handler);
  }

  @SuppressWarnings("unchecked")
  public <T> MessageConsumer<T> consumer(String address, Handler<Message<T>> handler) {
    Registration registration =
        new Registration(address, message -> handler.handle((Message<T>) message));
    consumers.computeIfAbsent(address, first -> new ArrayList<>()).add(registration);
    return Stub.of(MessageConsumer.class, registration);
  }

  public EventBus send(String address, Object body) {
    request(address, body, new DeliveryOptions());
    return bus;
  }

  @SuppressWarnings("unchecked")
  public <T> Future<Message<T>> request(String address, Object body, DeliveryOptions options) {
    Promise<Message<T>> answer = Promise.promise();
    long timer =
        loop.setTimer(
            options.getSendTimeout(),
            over ->
                answer.tryFail(new ReplyException(ReplyFailure.TIMEOUT, "simulated: no answer")));
    Replier replier =
        done ->
            loop.run(
                0,
                () -> {
                  loop.cancelTimer(timer);
                  if (done.succeeded()) {
                    answer.tryComplete(
                        new OfMessage<T>(
                                address, (T) done.result().body(), done.result().headers(), r -> {})
                            .message());
                  } else {
                    answer.tryFail(done.cause());
                  }
                });
    MultiMap headers = headersOf(options);
    if (network.isAbroad(address, this)) {
      network.send(this, address, body, headers, replier);
    } else {
      arrive(address, body, headers, replier);
    }
    return answer.future();
  }

  public EventBus publish(String address, Object body, DeliveryOptions options) {
    MultiMap headers = headersOf(options);
    List.copyOf(consumers.getOrDefault(address, List.of()))
        .forEach(consumer -> consumer.take(new OfMessage<>(address, body, headers, done -> {})));
    return bus;
  }

  /** One of the consumers gets it, in turn. */
  void arrive(String address, Object body, MultiMap headers, Replier replier) {
    List<Registration> all = consumers.getOrDefault(address, List.of());
    if (all.isEmpty()) {
      replier.accept(
          Future.failedFuture(
              new ReplyException(ReplyFailure.NO_HANDLERS, "nobody at " + address)));
      return;
    }
    turn++;
    all.get(turn % all.size()).take(new OfMessage<>(address, body, headers, replier));
  }

  private static MultiMap headersOf(DeliveryOptions options) {
    MultiMap headers = options.getHeaders();
    return headers == null ? MultiMap.caseInsensitiveMultiMap() : headers;
  }

  /** A consumer. */
  public final class Registration {
    private final String address;
    private final Consumer<Message<?>> handler;

    Registration(String address, Consumer<Message<?>> handler) {
      this.address = address;
      this.handler = handler;
    }

    void take(OfMessage<?> message) {
      loop.run(
          0,
          () -> {
            if (consumers.getOrDefault(address, List.of()).contains(this)) {
              handler.accept(message.message());
            } else {
              // As on the real bus: what arrives for one that has just gone is dropped.
              message.drop();
            }
          });
    }

    public Future<Void> completion() {
      return Future.succeededFuture();
    }

    public Future<Void> unregister() {
      consumers.getOrDefault(address, new ArrayList<>()).remove(this);
      return loop.home(Promise::complete);
    }
  }

  /** A message with the way back. */
  public static final class OfMessage<T> {
    private final String address;
    private final T body;
    private final MultiMap headers;
    private final Replier replier;
    private final Message<T> message;
    private boolean replied;

    @SuppressWarnings("unchecked")
    OfMessage(String address, T body, MultiMap headers, Replier replier) {
      this.address = address;
      this.body = body;
      this.headers = headers;
      this.replier = replier;
      this.message = Stub.of(Message.class, this);
    }

    Message<T> message() {
      return message;
    }

    void drop() {
      replied = true;
    }

    public String address() {
      return address;
    }

    public T body() {
      return body;
    }

    public MultiMap headers() {
      return headers;
    }

    public void reply(Object answer) {
      reply(answer, new DeliveryOptions());
    }

    public void reply(Object answer, DeliveryOptions options) {
      end(Future.succeededFuture(new Reply(answer, headersOf(options))));
    }

    public void fail(int code, String why) {
      end(Future.failedFuture(new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, why)));
    }

    private void end(AsyncResult<Reply> with) {
      if (replied) {
        throw new World.Violation("two answers to one request: " + body);
      }
      replied = true;
      replier.accept(with);
    }
  }
}
