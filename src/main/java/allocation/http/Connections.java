package allocation.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one instance: not more than a limit, and none that sends no request. An idle
 * time-out alone would not end one that sends a byte of a head now and then. Belongs to one event
 * loop.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final int LOOKS_PER_LIMIT = 10;

  private final int limit;
  private final long idleMs;
  private final LongSupplier nanoTime;
  private final Map<HttpConnection, Seat> seats = new HashMap<>();
  private final AtomicInteger open;
  private final Counter turnedAway;
  private final Counter idle;

  /** What is known of one connection. */
  private static final class Seat {
    private int underWay;
    private long sinceNanos;
  }

  Connections(int limit, int idleSeconds, LongSupplier nanoTime, MeterRegistry metrics) {
    this.limit = limit;
    this.idleMs = TimeUnit.SECONDS.toMillis(idleSeconds);
    this.nanoTime = nanoTime;
    this.open = new AtomicInteger();
    this.turnedAway = ended(metrics, "too-many");
    this.idle = ended(metrics, "no-request");
    Gauge.builder("allocation.http.connections", open, AtomicInteger::get)
        .description("Clients that are connected, of one event loop")
        .tag("loop", Thread.currentThread().getName())
        .strongReference(true)
        .register(metrics);
  }

  private static Counter ended(MeterRegistry metrics, String reason) {
    return Counter.builder("allocation.http.connections.ended")
        .description("Connections that the service closed because of what the client did")
        .tag("reason", reason)
        .register(metrics);
  }

  /** Starts to watch; ends with the verticle. */
  void start(Vertx vertx) {
    vertx.setPeriodic(Math.max(1, idleMs / LOOKS_PER_LIMIT), tick -> endTheIdle());
  }

  void welcome(HttpConnection connection) {
    if (seats.size() >= limit) {
      turnedAway.increment();
      LOG.debug("turned away client={} connections={}", connection.remoteAddress(), seats.size());
      connection.close();
      return;
    }
    Seat seat = new Seat();
    seat.sinceNanos = nanoTime.getAsLong();
    seats.put(connection, seat);
    open.set(seats.size());
    connection.closeHandler(closed -> {
      seats.remove(connection);
      open.set(seats.size());
    });
  }

  /** A request's head has arrived. */
  void begin(HttpConnection connection) {
    Seat seat = seats.get(connection);
    if (seat != null) {
      seat.underWay++;
    }
  }

  /** A request was answered. */
  void end(HttpConnection connection) {
    Seat seat = seats.get(connection);
    if (seat != null) {
      seat.underWay--;
      seat.sinceNanos = nanoTime.getAsLong();
    }
  }

  private void endTheIdle() {
    long before = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(idleMs);
    // Gathered first: closing takes them out.
    List<HttpConnection> late =
        seats.entrySet().stream()
            .filter(entry -> entry.getValue().underWay == 0)
            .filter(entry -> entry.getValue().sinceNanos - before < 0)
            .map(Map.Entry::getKey)
            .toList();
    late.forEach(connection -> {
      idle.increment();
      connection.close();
    });
  }
}
