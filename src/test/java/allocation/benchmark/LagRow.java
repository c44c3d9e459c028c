package allocation.benchmark;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** How late the views and Pulsar are while the service is busy, but not at its limit. */
final class LagRow {
  private static final double PART_OF_PEAK = 0.6;
  private static final Duration AFTERWARDS = Duration.ofSeconds(10);

  private final Form form;
  private final Rig rig;
  private final Workloads workloads;
  private final Samples samples;
  private final Findings findings;

  LagRow(Form form, Rig rig, Workloads workloads, Samples samples, Findings findings) {
    this.form = form;
    this.rig = rig;
    this.workloads = workloads;
    this.samples = samples;
    this.findings = findings;
  }

  /**
   * Open loop, then ten seconds in which the followers may catch up.
   *
   * @param peak answers a second at full rate
   */
  void measure(double peak) throws SQLException {
    ServiceProcess service = rig.service();
    try (Connection database = service.followers().connect();
        LagSampler sampler = new LagSampler(database);
        LoadGenerator load = new LoadGenerator(service.port(), Rates.CONNECTIONS)) {
      CpuTime.Reading before = rig.cpu().read();
      LoadGenerator.Result result =
          load.openLoop(workloads.allocate(), form.lagTime(), peak * PART_OF_PEAK);
      samples.add(Samples.WITH_PULSAR, Samples.LAG_RATE, result, rig.cpu().since(before));
      findings.lag(sampler.stop());
    }
    Pause.until(System.nanoTime() + AFTERWARDS.toNanos());
    findings.leftBehind(service.followers().behind());
    service.followers().untilDone();
  }
}
