package allocation.benchmark;

import java.time.Duration;

/** Tells whoever waits what is going on; the report is for standard output. */
final class Progress {
  private static final long BEGUN = System.nanoTime();

  private Progress() {}

  static void say(String what) {
    Duration since = Duration.ofNanos(System.nanoTime() - BEGUN);
    System.err.printf("%d:%02d %s%n", since.toMinutes(), since.toSecondsPart(), what);
  }
}
