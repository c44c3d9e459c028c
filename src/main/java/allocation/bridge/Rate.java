package allocation.bridge;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** So many a second, and a second's worth at once after a silence. */
final class Rate {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long interval;
  private final LongSupplier nanoTime;
  private long due;

  /**
   * @param nanoTime {@link System#nanoTime} in service
   */
  Rate(int perSecond, LongSupplier nanoTime) {
    this.interval = SECOND / perSecond;
    this.nanoTime = nanoTime;
    this.due = nanoTime.getAsLong();
  }

  /** Counts one, and returns the milliseconds to wait before the next; 0 for none. */
  long count() {
    long now = nanoTime.getAsLong();
    // By their difference: this clock may begin anywhere, and overflow.
    due = (due - now > 0 ? due : now) + interval;
    long ahead = due - now - SECOND;
    return ahead <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(ahead) + 1;
  }
}
