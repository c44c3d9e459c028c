package allocation.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpConnection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one instance, not more than a limit. One that sends no whole head is ended by
 * the server's idle time-out, which does not count what drips in. Belongs to one event loop.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final int limit;
  private final Haste haste;
  private final AtomicInteger open = new AtomicInteger();

  /** Those that were told that nothing more is answered on them. */
  private final Set<HttpConnection> ending = new HashSet<>();

  private final Counter turnedAway;

  Connections(int limit, Haste haste, MeterRegistry metrics) {
    this.limit = limit;
    this.haste = haste;
    this.turnedAway =
        Counter.builder("allocation.http.connections.refused")
            .description("Connections that were closed at once because there were too many")
            .register(metrics);
    Gauge.builder("allocation.http.connections", open, AtomicInteger::get)
        .description("Clients that are connected, of one event loop")
        .tag("loop", Thread.currentThread().getName())
        .strongReference(true)
        .register(metrics);
  }

  /** Whoever is there is told with the next answer that it is the last one. */
  void end(HttpConnection connection) {
    ending.add(connection);
  }

  /** Whether what comes now on it comes behind the last answer, and must not be carried out. */
  boolean isEnding(HttpConnection connection) {
    return ending.contains(connection);
  }

  void welcome(HttpConnection connection) {
    if (open.get() >= limit) {
      turnedAway.increment();
      LOG.debug("turned away client={} connections={}", connection.remoteAddress(), open);
      connection.close();
      return;
    }
    open.incrementAndGet();
    connection.closeHandler(closed -> {
      open.decrementAndGet();
      ending.remove(connection);
      haste.forget(connection);
    });
  }
}
