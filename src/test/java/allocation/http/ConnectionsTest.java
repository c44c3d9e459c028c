package allocation.http;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConnectionsTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<Handler<Void>> closeHandlers = new ArrayList<>();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_client_that_goes_is_forgotten_with_its_haste() {
    Haste haste = new Haste(vertx);
    HttpConnection connection = connection();
    new Connections(10, haste, new SimpleMeterRegistry()).welcome(connection);
    haste.turnAway(connection, () -> {});
    assertThat(haste.size()).isOne();

    closeHandlers.getFirst().handle(null);

    assertThat(haste.size()).isZero();
  }

  /** Remembers who wants to know when it is closed, and does nothing else. */
  @SuppressWarnings("unchecked") // what a close handler is of
  private HttpConnection connection() {
    return (HttpConnection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpConnection.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "closeHandler" -> {
                    closeHandlers.add((Handler<Void>) arguments[0]);
                    yield proxy;
                  }
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
