package allocation.benchmark;

import java.time.Duration;

/** How much is measured. Neither needs more than the machine that builds the service. */
enum Form {
  /** Four minutes: enough to see a change, not for the last word. */
  SHORT(Duration.ofSeconds(5), 2, Duration.ofSeconds(2), Duration.ofSeconds(10), 20_000, 10),
  /** Half an hour. */
  FULL(Duration.ofSeconds(15), 3, Duration.ofSeconds(10), Duration.ofMinutes(2), 1_000_000, 10);

  private final Duration warmUp;
  private final int rounds;
  private final Duration time;
  private final Duration lagTime;
  private final int skus;
  private final int linesPerSku;

  Form(Duration warmUp, int rounds, Duration time, Duration lagTime, int skus, int linesPerSku) {
    this.warmUp = warmUp;
    this.rounds = rounds;
    this.time = time;
    this.lagTime = lagTime;
    this.skus = skus;
    this.linesPerSku = linesPerSku;
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

  /** SKUs of the filled database. */
  int skus() {
    return skus;
  }

  /** Order lines of each of them. */
  int linesPerSku() {
    return linesPerSku;
  }
}
