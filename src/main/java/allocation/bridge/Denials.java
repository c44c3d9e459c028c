package allocation.bridge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what clients of the bridge were refused, for the operator. */
record Denials(MeterRegistry metrics) {
  /** One more, by a word that says what it was. */
  void count(String reason) {
    Counter.builder("allocation.bridge.denials")
        .description("What clients of the TCP bridge wanted and may not")
        .tag("reason", reason)
        .register(metrics)
        .increment();
  }
}
