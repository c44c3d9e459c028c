package allocation.access;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * So many requests a second of each caller, and some more at once after a silence. Shared by all
 * event loops of a node, without a lock: a caller may use several connections.
 */
public final class RateLimit {
  /** Callers that are told apart at once. More share one bucket: strangers cannot fill the heap. */
  public static final int MAX_CALLERS = 10_000;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long interval;
  private final long ahead;
  private final LongSupplier nanoTime;
  private final ConcurrentMap<String, AtomicLong> due = new ConcurrentHashMap<>();
  private final AtomicLong swept;
  private final AtomicLong others;

  /**
   * @param perSecond 0 for no limit
   * @param atOnce requests after a silence; 0 for as many as in a second
   * @param nanoTime {@link System#nanoTime} in service
   */
  public RateLimit(int perSecond, int atOnce, LongSupplier nanoTime) {
    this.interval = perSecond == 0 ? 0 : SECOND / perSecond;
    this.ahead = interval * (atOnce == 0 ? perSecond : atOnce);
    this.nanoTime = nanoTime;
    this.swept = new AtomicLong(nanoTime.getAsLong());
    this.others = new AtomicLong(nanoTime.getAsLong());
  }

  /** Whether nobody is counted. */
  public boolean isOff() {
    return interval == 0;
  }

  /** Takes one request of this caller, or none and returns the seconds to wait; 0 when taken. */
  public long take(String caller) {
    if (interval == 0) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    AtomicLong bucket = bucket(caller, now);
    while (true) {
      long before = bucket.get();
      // By their difference: this clock may begin anywhere, and overflow.
      long after = (before - now > 0 ? before : now) + interval;
      long tooMuch = after - now - ahead;
      if (tooMuch > 0) {
        return 1 + (tooMuch - 1) / SECOND;
      }
      if (bucket.compareAndSet(before, after)) {
        return 0;
      }
    }
  }

  private AtomicLong bucket(String caller, long now) {
    AtomicLong known = due.get(caller);
    if (known != null) {
      return known;
    }
    if (due.size() >= MAX_CALLERS) {
      forgetTheQuiet(now);
      if (due.size() >= MAX_CALLERS) {
        return others;
      }
    }
    return due.computeIfAbsent(caller, first -> new AtomicLong(now));
  }

  /** A bucket that is full again is as good as a new one. Once a second is often enough. */
  private void forgetTheQuiet(long now) {
    long last = swept.get();
    if (now - last >= SECOND && swept.compareAndSet(last, now)) {
      due.values().removeIf(time -> time.get() - now <= 0);
    }
  }

  int callers() {
    return due.size();
  }
}
