package allocation.handler;

import java.time.Duration;

/**
 * How long a handler lets commands gather before its next unit of work. A unit costs the database
 * as much by itself as some fifteen lines do, so under load fewer and larger units leave more of
 * the processors to everybody. A caller of single lines who is alone is never made to wait.
 */
final class Linger {
  /** Whatever a unit took: a database that is slow for once must not slow down what follows. */
  private static final Duration MOST = Duration.ofMillis(10);

  private Linger() {}

  /**
   * Milliseconds after a unit, to the nearest one: half of what it took, so that its handler is
   * busy for about two thirds of the time.
   *
   * @param commands of that unit; after a single one nobody else is likely to come
   * @param waiting commands that have come meanwhile; when they are twice as many there is no need
   *     to wait for more
   * @param took by a clock that may have been set meanwhile
   */
  static long after(int commands, int waiting, Duration took) {
    if (commands < 2 || waiting >= 2 * commands || took.isNegative()) {
      return 0;
    }
    Duration half = took.dividedBy(2);
    return (half.compareTo(MOST) < 0 ? half : MOST).plusNanos(500_000).toMillis();
  }
}
