package allocation.http;

import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Holds back what is said to those who were turned away and come back at once: a client that sends
 * again as soon as it is refused gets a refusal as fast as it can read them, and a few such clients
 * would have the processors to themselves. The first refusal is never held back, nor that of a
 * client that has let a moment go by, nor any other answer. Belongs to one event loop.
 */
final class Haste {
  /** Milliseconds; twice as long each time, up to the longest. */
  static final long SHORTEST_PAUSE = 40;

  static final long LONGEST_PAUSE = 640;

  private final Vertx vertx;

  /** Of those who were turned away; a connection has one request at a time. */
  private final Map<Object, Pause> pauses = new HashMap<>();

  private record Pause(long millis, long overAtNanos) {}

  Haste(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Answers when it is time, mostly at once. */
  void turnAway(Object connection, Runnable answer) {
    long hold = holdMillis(connection, System.nanoTime());
    if (hold == 0) {
      answer.run();
    } else {
      vertx.setTimer(
          hold,
          due -> {
            told(connection, System.nanoTime());
            answer.run();
          });
    }
  }

  /** How long to hold back a refusal of now, by {@link System#nanoTime}. */
  long holdMillis(Object connection, long nowNanos) {
    Pause last = pauses.get(connection);
    long leftNanos = last == null ? 0 : last.overAtNanos() - nowNanos;
    if (last == null || leftNanos <= 0) {
      pauses.put(connection, pause(SHORTEST_PAUSE, nowNanos));
      return 0;
    }
    pauses.put(connection, pause(Math.min(2 * last.millis(), LONGEST_PAUSE), last.overAtNanos()));
    return TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
  }

  /** A pause begins when its refusal is told, and under load timers are late. */
  void told(Object connection, long nowNanos) {
    pauses.computeIfPresent(connection, (same, last) -> pause(last.millis(), nowNanos));
  }

  private static Pause pause(long millis, long fromNanos) {
    return new Pause(millis, fromNanos + TimeUnit.MILLISECONDS.toNanos(millis));
  }

  void forget(Object connection) {
    pauses.remove(connection);
  }

  /** Connections that it knows of. */
  int size() {
    return pauses.size();
  }
}
