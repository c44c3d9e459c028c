package allocation.benchmark;

import allocation.given.HeapUse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What becomes of the service when more is asked of it than it can do, and when clients are slow on
 * purpose. Pulsar is stopped: what is measured is the service, on processors of its own.
 */
final class Overload {
  private static final Duration WARM_UP = Duration.ofSeconds(60);
  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("seconds", 60));
  private static final Duration PEAK_TIME = Duration.ofSeconds(15);
  private static final int ROUNDS = 3;
  private static final double TIMES_THE_PEAK = 2;

  /** So many that a request that is due finds one free; the service takes 5,000 at least. */
  private static final int CONNECTIONS = 4_500;

  /** Of each kind. */
  private static final int SLOW_CLIENTS = 1_000;

  private final Rig rig;
  private final Answers answers = new Answers();
  private final Workloads workloads = new Workloads(answers);
  private final int port;

  Overload(Rig rig) {
    this.rig = rig;
    this.port = rig.service().port();
  }

  /** The findings, as Markdown. */
  String measure() throws IOException, InterruptedException, SQLException {
    rig.stopPulsar();
    Stock.make(port);
    Progress.say("warming up");
    closed(workloads.allocate(), WARM_UP);
    closed(workloads.allocateHot(), PEAK_TIME);
    exchanges();
    String text = twice() + rush() + slowClients();
    rig.service().followers().untilDone();
    try (Connection database = rig.service().followers().connect()) {
      return text + '\n' + answers.check(database) + '\n';
    }
  }

  private String twice() {
    long heapBefore = HeapUse.afterFullCollection(rig.service().handle());
    StringBuilder rows = new StringBuilder();
    double before = peak();
    for (int round = 1; round <= ROUNDS; round++) {
      Progress.say("twice the peak, round " + round);
      double offered = before * TIMES_THE_PEAK;
      CpuTime.Reading cpu = rig.cpu().read();
      LoadGenerator.Result result = open(workloads.allocate(), offered);
      Map<String, Double> spent = rig.cpu().since(cpu);
      double after = peak();
      double exchanges = exchanges();
      double good = result.good() / (double) TIME.toSeconds();
      double peak = (before + after) / 2;
      rows.append(
          "| %d | %,.0f, %,.0f | %,.0f | %,.0f | %,.0f, %.2f of the peak | %.2f | %,.0f | %s | %s | %.0f, %.0f, %.0f |\n"
              .formatted(
                  round,
                  before,
                  after,
                  exchanges,
                  offered,
                  good,
                  good / peak,
                  most(peak, exchanges),
                  result.refusals().getTotalCount() / (double) TIME.toSeconds(),
                  millis(result.refusals()),
                  millis(result.accepted()),
                  spent.get(Rig.SERVICE),
                  spent.get(Rig.POSTGRES),
                  spent.get(Rig.LOAD)));
      before = after;
    }
    long heapAfter = HeapUse.afterFullCollection(rig.service().handle());
    return """
    %s.

    | round of %d s at twice the peak | peak before and after, /s | no-op, /s | offered, /s | allocated, /s | at most | refused with 503, /s | ms to a refusal | ms to another answer | s of CPU: service, PostgreSQL, load |
    |---|---|---|---|---|---|---|---|---|---|
    %s
    Milliseconds are p50 / p95 / p99 / longest. No-op: a server with nothing behind its HTTP, on the same processors
    over as many connections as the round, as fast as it answers. At most: what of the peak is left for lines if a
    refusal costs what an exchange costs that server. Heap after a full collection, before and after: %d MiB, %d MiB.

    """
        .formatted(Processors.text(), TIME.toSeconds(), rows, heapBefore >> 20, heapAfter >> 20);
  }

  /** What the processors of the servers exchange in a second when nothing is behind HTTP. */
  private double exchanges() {
    try (LoadGenerator load =
        new LoadGenerator(rig.noOpPort(), CONNECTIONS, LoadGenerator.Wait.AWAKE)) {
      return load.closedLoop(workloads.noOp(), PEAK_TIME).perSecond();
    }
  }

  /**
   * The part of the peak that is allocated at twice the peak when all that is not costs what an
   * exchange with nothing behind it does: n lines of 1 / peak and 2 peak - n refusals of 1 /
   * exchanges fill a second.
   */
  private static double most(double peak, double exchanges) {
    double ofALine = peak / exchanges;
    return Math.max(0, (1 - TIMES_THE_PEAK * ofALine) / (1 - ofALine));
  }

  private double peak() {
    double perSecond = closed(workloads.allocate(), PEAK_TIME).perSecond();
    rig.service().followers().untilDone();
    return perSecond;
  }

  private LoadGenerator.Result closed(Workload workload, Duration time) {
    try (LoadGenerator load = load(Rates.CONNECTIONS)) {
      return load.closedLoop(workload, time);
    }
  }

  private LoadGenerator load(int connections) {
    return new LoadGenerator(port, connections, LoadGenerator.Wait.AWAKE);
  }

  private LoadGenerator.Result open(Workload workload, double perSecond) {
    try (LoadGenerator load = load(CONNECTIONS)) {
      return load.openLoop(workload, TIME, perSecond);
    } finally {
      rig.service().followers().untilDone();
    }
  }

  /** Nine of ten want one SKU. */
  private String rush() {
    Progress.say("a rush at twice the peak");
    Rush rush = new Rush(workloads.allocateHot(), workloads.allocate());
    open(rush, peak() * TIMES_THE_PEAK);
    return """
    | a rush at twice the peak, %d of 10 on one SKU | asked | allocated |
    |---|---|---|
    | the SKU of the rush | %,d | %.0f %% |
    | the other 1,000 | %,d | %.0f %% |

    """
        .formatted(
            Rush.HOT_OF_TEN,
            rush.hot().asked(),
            100 * rush.hot().allocated(),
            rush.others().asked(),
            100 * rush.others().allocated());
  }

  private String slowClients() throws IOException, InterruptedException {
    double half = peak() / 2;
    StringBuilder rows = new StringBuilder();
    for (int round = 1; round <= 3; round++) {
      Progress.say("slow clients, round " + round);
      // Each comes first in turn: the first of two may pay for what was before.
      Histogram before = round % 2 == 0 ? besideSlowClients(half) : atHalfRate(half);
      Histogram after = round % 2 == 0 ? atHalfRate(half) : besideSlowClients(half);
      Histogram without = round % 2 == 0 ? after : before;
      Histogram with = round % 2 == 0 ? before : after;
      rows.append("| %d | %s | %s |\n".formatted(round, millis(without), millis(with)));
    }
    return """
    | round, at half of the peak | ms alone | ms beside 1,000 that drip a head and 1,000 that drip a body |
    |---|---|---|
    """
        + rows;
  }

  private Histogram besideSlowClients(double perSecond) throws IOException {
    try (SlowClients slow = new SlowClients(port, SLOW_CLIENTS)) {
      slow.begin();
      return atHalfRate(perSecond);
    }
  }

  private Histogram atHalfRate(double perSecond) {
    try (LoadGenerator load = load(Rates.CONNECTIONS)) {
      LoadGenerator.Result result = load.openLoop(workloads.allocate(), PEAK_TIME, perSecond);
      if (result.good() != result.answers()) {
        throw new IllegalStateException("not all were allocated: " + result.statuses());
      }
      return result.latencies();
    }
  }

  private static String millis(Histogram nanos) {
    return "%.1f / %.1f / %.1f / %.1f"
        .formatted(
            nanos.getValueAtPercentile(50) / 1e6,
            nanos.getValueAtPercentile(95) / 1e6,
            nanos.getValueAtPercentile(99) / 1e6,
            nanos.getMaxValue() / 1e6);
  }
}
