package allocation.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What was measured, by row and by whether Pulsar ran beside it. */
final class Samples {
  static final String WITH_PULSAR = "with Pulsar";
  static final String PULSAR_STOPPED = "Pulsar stopped";

  static final String NO_OP = "no-op POST";
  static final String MANY_SKUS = "allocate, 1,000 SKUs";
  static final String HALF_RATE = "allocate, half of that rate";
  static final String HOT_SKU = "allocate, one hot SKU";
  static final String BULK = "bulk, 500 lines a request";
  static final String GET_PRODUCT = "GET product";
  static final String GET_ORDER = "GET order";
  static final String LAG_RATE = "allocate, 60 % of that rate";
  static final String EMPTY = "allocate, 1,000 SKUs and no others";

  static final List<String> SERVERS = List.of(WITH_PULSAR, PULSAR_STOPPED);

  private final Map<Key, List<Sample>> samples = new LinkedHashMap<>();

  private record Key(String servers, String row) {}

  /**
   * One run.
   *
   * @param latencies nanoseconds; empty where only the rate is known
   * @param failed answers that are no 2xx
   * @param cpu seconds by process
   */
  private record Sample(
      double perSecond, double seconds, Histogram latencies, long failed, Map<String, Double> cpu) {
    double answers() {
      return perSecond * seconds;
    }
  }

  /** The row of plain transactions that goes with one of the service. */
  static String transactions(String row, String kind) {
    return row + ", " + kind;
  }

  /** The row of the filled database. */
  static String filled(Form form) {
    return String.format(
        Locale.ROOT,
        "allocate, 1,000 of %,d SKUs, %,d lines",
        form.skus(),
        (long) form.skus() * form.linesPerSku());
  }

  void add(String servers, String row, LoadGenerator.Result result, Map<String, Double> cpu) {
    add(
        servers,
        row,
        new Sample(
            result.perSecond(),
            result.seconds(),
            result.latencies(),
            result.answers() - result.good(),
            cpu));
  }

  void add(String servers, String row, double perSecond, Duration time, Map<String, Double> cpu) {
    add(servers, row, new Sample(perSecond, time.toMillis() / 1e3, new Histogram(3), 0, cpu));
  }

  private void add(String servers, String row, Sample sample) {
    samples.computeIfAbsent(new Key(servers, row), first -> new ArrayList<>()).add(sample);
  }

  /** The rows in the order in which they came first. */
  List<String> rows() {
    return samples.keySet().stream().map(Key::row).distinct().toList();
  }

  boolean has(String servers, String row) {
    return samples.containsKey(new Key(servers, row));
  }

  /** The median of the rounds. */
  double perSecond(String servers, String row) {
    List<Double> rates = of(servers, row).stream().map(Sample::perSecond).sorted().toList();
    int middle = rates.size() / 2;
    return rates.size() % 2 == 1
        ? rates.get(middle)
        : (rates.get(middle - 1) + rates.get(middle)) / 2;
  }

  /** Milliseconds, over all rounds. */
  double percentileMs(String servers, String row, double percentile) {
    return latencies(servers, row).getValueAtPercentile(percentile) / 1e6;
  }

  /** Whether more than the rate is known. */
  boolean hasLatencies(String servers, String row) {
    return has(servers, row) && latencies(servers, row).getTotalCount() > 0;
  }

  private Histogram latencies(String servers, String row) {
    Histogram all = new Histogram(3);
    of(servers, row).forEach(sample -> all.add(sample.latencies()));
    return all;
  }

  long failed(String servers, String row) {
    return of(servers, row).stream().mapToLong(Sample::failed).sum();
  }

  /** CPU microseconds of a process for each answer. */
  double cpuMicros(String servers, String row, String process) {
    double seconds =
        of(servers, row).stream().mapToDouble(s -> s.cpu().getOrDefault(process, 0.0)).sum();
    return seconds * 1e6 / of(servers, row).stream().mapToDouble(Sample::answers).sum();
  }

  private List<Sample> of(String servers, String row) {
    List<Sample> found = samples.get(new Key(servers, row));
    if (found == null) {
      throw new IllegalArgumentException("not measured: " + row + ", " + servers);
    }
    return found;
  }
}
