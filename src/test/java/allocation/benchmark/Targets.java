package allocation.benchmark;

import allocation.benchmark.Target.Bound;
import allocation.benchmark.Target.Rate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** All targets, with what was measured of each. */
final class Targets {
  private static final double LAG_PERCENTILE = 99;

  private final Form form;
  private final Samples samples;
  private final Findings findings;
  private final List<Target> targets = new ArrayList<>();

  private Targets(Form form, Samples samples, Findings findings) {
    this.form = form;
    this.samples = samples;
    this.findings = findings;
  }

  static List<Target> of(Form form, Samples samples, Findings findings) {
    Targets all = new Targets(form, samples, findings);
    all.rates();
    all.latencies();
    all.others();
    return List.copyOf(all.targets);
  }

  private void rates() {
    String manyInteractive = Samples.transactions(Samples.MANY_SKUS, SqlTransactions.INTERACTIVE);
    String hotInteractive = Samples.transactions(Samples.HOT_SKU, SqlTransactions.INTERACTIVE);
    ratio("1,000 SKUs against no-op", 0.40, Samples.MANY_SKUS, Samples.NO_OP);
    ratio("1,000 SKUs against interactive", 8, Samples.MANY_SKUS, manyInteractive);
    ratio("hot SKU against interactive on it", 25, Samples.HOT_SKU, hotInteractive);
    ratio("hot SKU against 1,000 SKUs", 1, Samples.HOT_SKU, Samples.MANY_SKUS);
    add(
        "bulk, lines a second",
        Bound.atLeast(100_000, ""),
        servers -> samples.perSecond(servers, Samples.BULK) * Workloads.BULK_LINES,
        Optional.of(new Rate(Samples.BULK, servers -> 100_000.0 / Workloads.BULK_LINES)),
        Samples.BULK);
    ratio("GET product against no-op", 0.7, Samples.GET_PRODUCT, Samples.NO_OP);
    ratio("GET order against no-op", 0.5, Samples.GET_ORDER, Samples.NO_OP);
    ratio("filled database against an empty one", 0.8, Samples.filled(form), Samples.EMPTY);
  }

  private void latencies() {
    add(
        "failed on the hot SKU",
        Bound.atMost(0, ""),
        servers -> samples.failed(servers, Samples.HOT_SKU),
        Optional.empty(),
        Samples.HOT_SKU);
    p99("p99 at full rate, 256 connections", 20, Samples.MANY_SKUS);
    p99("p99 at half of it", 8, Samples.HALF_RATE);
  }

  private void others() {
    once(
        Samples.WITH_PULSAR,
        "p99 of the views' lag",
        1_000,
        " ms",
        findings.lagMs(Followers.VIEWS, LAG_PERCENTILE));
    once(
        Samples.WITH_PULSAR,
        "p99 of Pulsar's lag",
        1_000,
        " ms",
        findings.lagMs(Followers.PUBLISHER, LAG_PERCENTILE));
    once(Samples.WITH_PULSAR, "events left 10 s after", 0, "", findings.leftBehind());
    once(Samples.PULSAR_STOPPED, "heap, every SKU met", 512, " MiB", findings.heapMib());
    once(Samples.WITH_PULSAR, "start to ready", 2, " s", findings.startSeconds());
  }

  private void ratio(String measure, double atLeast, String row, String baseline) {
    add(
        measure,
        Bound.atLeast(atLeast, ""),
        servers -> samples.perSecond(servers, row) / samples.perSecond(servers, baseline),
        Optional.of(new Rate(row, servers -> atLeast * samples.perSecond(servers, baseline))),
        row,
        baseline);
  }

  private void p99(String measure, double atMostMs, String row) {
    add(
        measure,
        Bound.atMost(atMostMs, " ms"),
        servers -> samples.percentileMs(servers, row, 99),
        Optional.empty(),
        row);
  }

  /** What is measured at one point of the run only. */
  private void once(
      String servers, String measure, double atMost, String unit, OptionalDouble value) {
    Map<String, Double> values = new HashMap<>();
    value.ifPresent(known -> values.put(servers, known));
    targets.add(new Target(measure, Bound.atMost(atMost, unit), values, Optional.empty()));
  }

  private void add(
      String measure,
      Bound bound,
      ToDoubleFunction<String> value,
      Optional<Rate> rate,
      String... rows) {
    Map<String, Double> values = new HashMap<>();
    for (String servers : Samples.SERVERS) {
      if (Stream.of(rows).allMatch(row -> samples.has(servers, row))) {
        values.put(servers, value.applyAsDouble(servers));
      }
    }
    targets.add(new Target(measure, bound, values, rate));
  }
}
