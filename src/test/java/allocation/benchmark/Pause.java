package allocation.benchmark;

import java.util.concurrent.locks.LockSupport;

/** Waits for a moment, where a measurement asks for a certain one. */
final class Pause {
  private Pause() {}

  /** Returns at once when it has passed. {@code due} is of {@link System#nanoTime}. */
  static void until(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
