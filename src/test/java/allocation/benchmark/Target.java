package allocation.benchmark;

import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What the service is measured by.
 *
 * @param values by whether Pulsar ran beside it; what was not measured is missing
 * @param rate what it would take to meet it, where it is about a rate
 */
record Target(String measure, Bound bound, Map<String, Double> values, Optional<Rate> rate) {
  Target {
    values = Map.copyOf(values);
  }

  /**
   * The rate that a target asks for.
   *
   * @param row whose rate it is
   * @param needed answers a second, by whether Pulsar ran
   */
  record Rate(String row, ToDoubleFunction<String> needed) {}

  /**
   * @param atLeast or at most
   */
  record Bound(boolean atLeast, double limit, String unit) {
    static Bound atLeast(double limit, String unit) {
      return new Bound(true, limit, unit);
    }

    static Bound atMost(double limit, String unit) {
      return new Bound(false, limit, unit);
    }

    boolean holds(double value) {
      return atLeast ? value >= limit : value <= limit;
    }

    @Override
    public String toString() {
      return (atLeast ? ">= " : "<= ") + Numbers.of(limit) + unit;
    }
  }

  /** What it is judged by: without Pulsar where that was measured, else with it. */
  Optional<String> judged() {
    return values.containsKey(Samples.PULSAR_STOPPED)
        ? Optional.of(Samples.PULSAR_STOPPED)
        : values.keySet().stream().findFirst();
  }

  /** Empty where it was not measured. */
  Optional<Boolean> isMet() {
    return judged().map(values::get).map(bound::holds);
  }
}
