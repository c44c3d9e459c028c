package allocation.handler;

import java.time.Duration;

/**
 * How long a handler lets commands gather before its next unit of work. A unit costs the database
 * as much by itself as some twenty lines do, so under load fewer and larger units leave more of the
 * processors to everybody; a caller who is alone is never waited with.
 */
final class Linger {
  /** Whatever a unit took: a database that is slow for once must not slow down what follows. */
  private static final Duration MOST = Duration.ofMillis(10);

  private Linger() {}

  /**
   * Milliseconds after a unit: half of what it took, so that its handler is busy for two thirds of
   * the time at least.
   *
   * @param commands of that unit; after a single one nobody else is likely to come
   * @param took by a clock that may have been set meanwhile
   */
  static long after(int commands, Duration took) {
    if (commands < 2 || took.isNegative()) {
      return 0;
    }
    Duration half = took.dividedBy(2);
    return (half.compareTo(MOST) < 0 ? half : MOST).plusNanos(500_000).toMillis();
  }
}
