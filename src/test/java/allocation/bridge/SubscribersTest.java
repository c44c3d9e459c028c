package allocation.bridge;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.net.NetSocket;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SubscribersTest {
  private final Vertx real = Vertx.vertx();
  private final List<Handler<Long>> timers = new ArrayList<>();
  private final List<String> listened = new ArrayList<>();

  /** Its timers are the test's, and who listens on its event bus is noted. */
  private final Vertx vertx =
      standIn(
          Vertx.class,
          (self, method, arguments) ->
              switch (method.getName()) {
                case "eventBus" -> noting(real.eventBus());
                case "setTimer" -> {
                  @SuppressWarnings("unchecked")
                  Handler<Long> timer = (Handler<Long>) arguments[1];
                  timers.add(timer);
                  assertThat(arguments[0]).isEqualTo(Subscribers.LINGER_MS);
                  yield 1L;
                }
                default -> method.invoke(real, arguments);
              });

  private EventBus noting(EventBus bus) {
    return standIn(
        EventBus.class,
        (self, method, arguments) -> {
          listened.add(method.getName());
          return method.invoke(bus, arguments);
        });
  }

  private static <T> T standIn(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @AfterEach
  void close() {
    result(real.close());
  }

  @Test
  void a_client_that_comes_and_goes_makes_the_bus_speak_once() {
    Subscribers subscribers = new Subscribers(vertx);
    BridgeConnection client = client(subscribers);

    for (int i = 0; i < 100; i++) {
      subscribers.add(client);
      subscribers.remove(client);
    }

    assertThat(listened).containsExactly("consumer");
    assertThat(timers).hasSize(1);
    timers.removeFirst().handle(1L);
    subscribers.add(client);
    assertThat(listened).as("nobody wanted it when the time was over").hasSize(2);
  }

  @Test
  void who_is_there_when_the_time_is_over_is_told_on() {
    Subscribers subscribers = new Subscribers(vertx);
    BridgeConnection client = client(subscribers);
    subscribers.add(client);
    subscribers.remove(client);
    subscribers.add(client);

    timers.removeFirst().handle(1L);

    subscribers.remove(client);
    subscribers.add(client);
    assertThat(listened).as("it still listens").hasSize(1);
    assertThat(timers).as("since it is alone again").hasSize(1);
  }

  private BridgeConnection client(Subscribers subscribers) {
    NetSocket socket =
        standIn(
            NetSocket.class,
            (self, method, arguments) ->
                method.getReturnType().isAssignableFrom(NetSocket.class) ? self : null);
    return new BridgeConnection(
        real, socket, Bridges.SETTINGS, 1_000, subscribers, new Denials(new SimpleMeterRegistry()));
  }
}
