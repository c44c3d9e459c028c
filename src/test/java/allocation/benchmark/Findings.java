package allocation.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** What was measured beside the rates; empty until it was. */
final class Findings {
  private static final double MIB = 1024.0 * 1024.0;

  private final Map<String, Histogram> lag = new TreeMap<>();
  private final Map<String, Profile> profiles = new LinkedHashMap<>();
  private final List<Duration> starts = new ArrayList<>();
  private OptionalLong leftBehind = OptionalLong.empty();
  private OptionalDouble heapMib = OptionalDouble.empty();

  /** Milliseconds by follower. */
  void lag(Map<String, Histogram> sampled) {
    lag.putAll(sampled);
  }

  void profile(String row, Profile profile) {
    profiles.put(row, profile);
  }

  /** By row, in the order in which they were made. */
  Map<String, Profile> profiles() {
    return Collections.unmodifiableMap(profiles);
  }

  /** Events that followers had not read ten seconds after the load. */
  void leftBehind(long events) {
    leftBehind = OptionalLong.of(events);
  }

  void heap(long bytes) {
    heapMib = OptionalDouble.of(bytes / MIB);
  }

  /** From the start of the process to the first yes of {@code /health/ready}. */
  void start(Duration took) {
    starts.add(took);
  }

  /** Milliseconds. */
  OptionalDouble lagMs(String follower, double percentile) {
    Histogram ages = lag.get(follower);
    return ages == null
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) ages.getValueAtPercentile(percentile));
  }

  OptionalDouble leftBehind() {
    return leftBehind.isPresent()
        ? OptionalDouble.of((double) leftBehind.getAsLong())
        : OptionalDouble.empty();
  }

  OptionalDouble heapMib() {
    return heapMib;
  }

  /** The median, seconds. */
  OptionalDouble startSeconds() {
    return starts.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            starts.stream().sorted().toList().get(starts.size() / 2).toMillis() / 1e3);
  }
}
