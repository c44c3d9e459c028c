package allocation.benchmark;

import java.time.Duration;

/** How much is measured. */
enum Form {
  /** Four minutes: enough to see a change, not for the last word. */
  SHORT(seconds(3), 1, seconds(2), seconds(8), 1, 10_000, 10),
  /** Half an hour. */
  FULL(seconds(15), 3, seconds(10), seconds(120), 3, 1_000_000, 10);

  private final Duration warmUp;
  private final int rounds;
  private final Duration time;
  private final Duration lagTime;
  private final int starts;
  private final int skus;
  private final int linesPerSku;

  Form(
      Duration warmUp,
      int rounds,
      Duration time,
      Duration lagTime,
      int starts,
      int skus,
      int linesPerSku) {
    this.warmUp = warmUp;
    this.rounds = rounds;
    this.time = time;
    this.lagTime = lagTime;
    this.starts = starts;
    this.skus = skus;
    this.linesPerSku = linesPerSku;
  }

  private static Duration seconds(int count) {
    return Duration.ofSeconds(count);
  }

  /** Of each workload, before anything counts. */
  Duration warmUp() {
    return warmUp;
  }

  int rounds() {
    return rounds;
  }

  /** Of each row of a round. */
  Duration time() {
    return time;
  }

  /** How long the followers are watched. */
  Duration lagTime() {
    return lagTime;
  }

  /** Starts of the service on the filled database. */
  int starts() {
    return starts;
  }

  /** SKUs of the filled database. */
  int skus() {
    return skus;
  }

  /** Order lines of each of them. */
  int linesPerSku() {
    return linesPerSku;
  }
}
