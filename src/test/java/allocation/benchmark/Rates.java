package allocation.benchmark;

import java.time.Duration;

/**
 * The rows that are rates and latencies. Those of a round follow each other, so that a machine that
 * is slow for a while is slow for all of them.
 */
final class Rates {
  static final int CONNECTIONS = 256;

  private static final int BULK_CONNECTIONS = 8;
  private static final int ANY_SKU = Workloads.SKUS;
  private static final int ONE_SKU = 1;

  private final Form form;
  private final Rig rig;
  private final Workloads workloads;
  private final Samples samples;

  Rates(Form form, Rig rig, Workloads workloads, Samples samples) {
    this.form = form;
    this.rig = rig;
    this.workloads = workloads;
    this.samples = samples;
  }

  /** Until the compilers are done with what counts. */
  void warmUp() {
    Duration time = form.warmUp();
    int service = rig.service().port();
    LoadGenerator.closedLoop(rig.noOpPort(), CONNECTIONS, workloads.noOp(), time);
    LoadGenerator.closedLoop(service, CONNECTIONS, workloads.allocate(), time.multipliedBy(3));
    LoadGenerator.closedLoop(service, CONNECTIONS, workloads.allocateHot(), time);
    LoadGenerator.closedLoop(service, BULK_CONNECTIONS, workloads.bulk(), time);
    rig.service().followers().untilDone();
    LoadGenerator.closedLoop(service, CONNECTIONS, workloads.getProduct(), time);
    LoadGenerator.closedLoop(service, CONNECTIONS, workloads.getOrder(), time);
    for (String kind : SqlTransactions.KINDS) {
      rig.transactions(kind, ANY_SKU, time.dividedBy(3));
    }
    rig.transactions(SqlTransactions.BATCHED, ANY_SKU, time.dividedBy(3));
  }

  /** One after the other, as often as the form says. */
  void rounds(String servers) {
    for (int round = 1; round <= form.rounds(); round++) {
      Progress.say("%s, round %d of %d".formatted(servers, round, form.rounds()));
      noOp(servers);
      halfRate(servers, allocate(servers) / 2);
      service(servers, Samples.HOT_SKU, CONNECTIONS, workloads.allocateHot());
      service(servers, Samples.BULK, BULK_CONNECTIONS, workloads.bulk());
      service(servers, Samples.GET_PRODUCT, CONNECTIONS, workloads.getProduct());
      service(servers, Samples.GET_ORDER, CONNECTIONS, workloads.getOrder());
      for (String kind : SqlTransactions.KINDS) {
        transactions(servers, Samples.transactions(Samples.MANY_SKUS, kind), kind, ANY_SKU);
        transactions(servers, Samples.transactions(Samples.HOT_SKU, kind), kind, ONE_SKU);
      }
      transactions(
          servers,
          Samples.transactions(Samples.MANY_SKUS, SqlTransactions.BATCHED),
          SqlTransactions.BATCHED,
          ANY_SKU);
    }
  }

  /** Where the CPU goes in the rows that have a target. */
  void profile(Profiler profiler, Findings findings) {
    // The JVM has to make itself ready for its profiler first.
    profiler.during(() -> load(CONNECTIONS, workloads.allocate()), 1);
    profile(profiler, findings, Samples.MANY_SKUS, CONNECTIONS, workloads.allocate(), 1);
    profile(profiler, findings, Samples.HOT_SKU, CONNECTIONS, workloads.allocateHot(), 1);
    profile(
        profiler, findings, Samples.BULK, BULK_CONNECTIONS, workloads.bulk(), Workloads.BULK_LINES);
    profile(profiler, findings, Samples.GET_PRODUCT, CONNECTIONS, workloads.getProduct(), 1);
    profile(profiler, findings, Samples.GET_ORDER, CONNECTIONS, workloads.getOrder(), 1);
  }

  private void profile(
      Profiler profiler,
      Findings findings,
      String row,
      int connections,
      Workload workload,
      int lines) {
    findings.profile(row, profiler.during(() -> load(connections, workload), lines));
    rig.service().followers().untilDone();
  }

  private LoadGenerator.Result load(int connections, Workload workload) {
    return LoadGenerator.closedLoop(rig.service().port(), connections, workload, form.time());
  }

  /** The row that others are measured by; answers a second. */
  double allocate(String servers) {
    return service(servers, Samples.MANY_SKUS, CONNECTIONS, workloads.allocate());
  }

  private void noOp(String servers) {
    CpuTime.Reading before = rig.cpu().read();
    LoadGenerator.Result result =
        LoadGenerator.closedLoop(rig.noOpPort(), CONNECTIONS, workloads.noOp(), form.time());
    samples.add(servers, Samples.NO_OP, result, rig.cpu().since(before));
  }

  private double service(String servers, String name, int connections, Workload workload) {
    CpuTime.Reading before = rig.cpu().read();
    LoadGenerator.Result result =
        LoadGenerator.closedLoop(rig.service().port(), connections, workload, form.time());
    samples.add(servers, name, result, rig.cpu().since(before));
    // What one row leaves behind must not slow the next.
    rig.service().followers().untilDone();
    return result.perSecond();
  }

  private void halfRate(String servers, double perSecond) {
    try (LoadGenerator load = new LoadGenerator(rig.service().port(), CONNECTIONS)) {
      CpuTime.Reading before = rig.cpu().read();
      LoadGenerator.Result result = load.openLoop(workloads.allocate(), form.time(), perSecond);
      samples.add(servers, Samples.HALF_RATE, result, rig.cpu().since(before));
    }
    rig.service().followers().untilDone();
  }

  private void transactions(String servers, String name, String kind, int skus) {
    CpuTime.Reading before = rig.cpu().read();
    double perSecond = rig.transactions(kind, skus, form.time());
    samples.add(servers, name, perSecond, form.time(), rig.cpu().since(before));
  }
}
