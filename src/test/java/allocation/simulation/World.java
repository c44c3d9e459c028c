package allocation.simulation;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Time and chance: what happens next, on one thread, and the same again from the same seed. */
final class World {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** Steps of one world, far more than any needs: one that runs in circles is caught. */
  private static final int MOST_STEPS = 2_000_000;

  final Random random;
  final Faults faults;
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private long nowMicros;

  /** Units of work that were written at once, as they were foreseen. */
  int foreseen;

  /** Those of them that were sent behind another one and written. */
  int behind;

  /** When each unit of work was decided. */
  private final Map<String, Long> unitsMs = new HashMap<>();

  private long made;
  private int steps;

  private record Task(long micros, long number, Runnable what) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(micros, other.micros);
      return byTime == 0 ? Long.compare(number, other.number) : byTime;
    }
  }

  /** Something that must never be seen was seen. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      super(what);
    }

    Violation(String what, Throwable cause) {
      super(what, cause);
    }
  }

  World(long seed) {
    random = new Random(seed);
    faults = new Faults(random);
  }

  /** Simulated, since the world began. */
  long nowMs() {
    return TimeUnit.MICROSECONDS.toMillis(nowMicros);
  }

  /** As {@link System#nanoTime}. */
  long nanos() {
    return TimeUnit.MICROSECONDS.toNanos(nowMicros);
  }

  /** An id for a unit of work that is decided now. */
  String newUnit(String node) {
    String id = "u-%s-%d".formatted(node, unitsMs.size());
    unitsMs.put(id, nowMs());
    return id;
  }

  /** Simulated milliseconds since the world began. */
  long decidedMs(String unit) {
    return Objects.requireNonNull(unitsMs.get(unit), unit);
  }

  /**
   * @param wrongByMs no two machines have the same time
   */
  Clock clock(long wrongByMs) {
    return new Clock() {
      @Override
      public Instant instant() {
        return BEGIN.plusMillis(wrongByMs).plusNanos(nanos());
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("all of it is in UTC");
      }
    };
  }

  /** What is due at the same time happens in the order in which it was put here. */
  void after(long micros, Runnable what) {
    tasks.add(new Task(nowMicros + Math.max(0, micros), made++, what));
  }

  void afterMs(long ms, Runnable what) {
    after(TimeUnit.MILLISECONDS.toMicros(ms), what);
  }

  /** Lets time pass. */
  void runFor(long ms) {
    long end = nowMicros + TimeUnit.MILLISECONDS.toMicros(ms);
    while (!tasks.isEmpty() && tasks.peek().micros() <= end) {
      step();
    }
    nowMicros = end;
  }

  /** Lets time pass until it is so; false when it is not in time. */
  boolean runUntil(BooleanSupplier isSo, long mostMs) {
    long end = nowMicros + TimeUnit.MILLISECONDS.toMicros(mostMs);
    while (!isSo.getAsBoolean()) {
      if (tasks.isEmpty() || tasks.peek().micros() > end) {
        return false;
      }
      step();
    }
    return true;
  }

  private void step() {
    if (++steps > MOST_STEPS) {
      throw new Violation("it runs in circles");
    }
    Task task = tasks.remove();
    nowMicros = task.micros();
    task.what().run();
  }

  int steps() {
    return steps;
  }

  /** From {@code least} to {@code most}. */
  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  boolean chance(double of) {
    return random.nextDouble() < of;
  }

  /** A short way through a network, in microseconds. */
  long wayMicros() {
    return between(50, 900);
  }
}
