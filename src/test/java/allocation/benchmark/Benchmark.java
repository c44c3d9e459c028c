package allocation.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Measures the service against what it could be and against what one would write without it, each
 * in turn and round after round, so that a machine that is slow for a while is slow for all of
 * them. Then checks that what was answered is what is stored, and writes a report.
 */
public final class Benchmark {
  private static final int CONNECTIONS = 256;
  private static final int BULK_CONNECTIONS = 8;
  private static final int ANY_SKU = Workloads.SKUS;
  private static final int ONE_SKU = 1;
  private static final Path FOLDER = Path.of("target", "benchmark");

  private final Form form;
  private final Rig rig;
  private final Answers answers = new Answers();
  private final Workloads workloads = new Workloads(answers);
  private final Samples samples = new Samples();

  /** How long it takes: {@code short} about five minutes, {@code full} about half an hour. */
  private enum Form {
    SHORT(Duration.ofSeconds(15), 2, Duration.ofSeconds(3)),
    FULL(Duration.ofSeconds(45), 5, Duration.ofSeconds(10));

    private final Duration warmUp;
    private final int rounds;
    private final Duration time;

    Form(Duration warmUp, int rounds, Duration time) {
      this.warmUp = warmUp;
      this.rounds = rounds;
      this.time = time;
    }
  }

  private Benchmark(Form form, Rig rig) {
    this.form = form;
    this.rig = rig;
  }

  /** {@code short} or {@code full}; {@code short} unless said. */
  public static void main(String[] arguments) throws Exception {
    Form form = arguments.length > 0 && arguments[0].equals("full") ? Form.FULL : Form.SHORT;
    JvmSettings jvm = JvmSettings.fromEnvironment();
    try (Rig rig = new Rig(FOLDER.resolve("data"), jvm)) {
      new Benchmark(form, rig).run(jvm);
    }
  }

  private void run(JvmSettings jvm) throws IOException, InterruptedException, SQLException {
    Stock.make(rig.servicePort());
    say("warming up");
    warmUp();
    rounds(Samples.WITH_PULSAR);
    say("stopping Pulsar");
    rig.stopPulsar();
    rounds(Samples.PULSAR_STOPPED);
    say("checking what is stored");
    String checked;
    try (Connection database = rig.database()) {
      checked = answers.check(database);
    }
    say(checked);
    String report = new Report(samples, jvm, checked).text();
    Files.writeString(FOLDER.resolve("report.md"), report);
    System.out.println(report);
    say("written to " + FOLDER.resolve("report.md"));
  }

  private void warmUp() {
    Duration time = form.warmUp;
    closedLoop(rig.noOpPort(), CONNECTIONS, workloads.noOp(), time);
    closedLoop(rig.servicePort(), CONNECTIONS, workloads.allocate(), time.multipliedBy(2));
    closedLoop(rig.servicePort(), CONNECTIONS, workloads.allocateHot(), time);
    closedLoop(rig.servicePort(), BULK_CONNECTIONS, workloads.bulk(), time);
    rig.untilFollowed();
    closedLoop(rig.servicePort(), CONNECTIONS, workloads.getProduct(), time);
    closedLoop(rig.servicePort(), CONNECTIONS, workloads.getOrder(), time);
    for (String kind : SqlTransactions.KINDS) {
      rig.transactions(kind, ANY_SKU, time.dividedBy(3));
    }
  }

  private void rounds(String servers) {
    for (int round = 1; round <= form.rounds; round++) {
      say("%s, round %d of %d".formatted(servers, round, form.rounds));
      noOp(servers);
      double rate = serviceRate(servers, Samples.MANY_SKUS, CONNECTIONS, workloads.allocate());
      halfRate(servers, rate / 2);
      serviceRate(servers, Samples.HOT_SKU, CONNECTIONS, workloads.allocateHot());
      serviceRate(servers, Samples.BULK, BULK_CONNECTIONS, workloads.bulk());
      serviceRate(servers, Samples.GET_PRODUCT, CONNECTIONS, workloads.getProduct());
      serviceRate(servers, Samples.GET_ORDER, CONNECTIONS, workloads.getOrder());
      for (String kind : SqlTransactions.KINDS) {
        transactions(servers, Samples.MANY_SKUS + ", " + kind, kind, ANY_SKU);
        transactions(servers, Samples.HOT_SKU + ", " + kind, kind, ONE_SKU);
      }
    }
  }

  private void noOp(String servers) {
    CpuTime.Reading before = rig.cpu().read();
    LoadGenerator.Result result =
        closedLoop(rig.noOpPort(), CONNECTIONS, workloads.noOp(), form.time);
    samples.add(servers, Samples.NO_OP, result, rig.cpu().since(before));
  }

  private double serviceRate(String servers, String name, int connections, Workload workload) {
    CpuTime.Reading before = rig.cpu().read();
    LoadGenerator.Result result = closedLoop(rig.servicePort(), connections, workload, form.time);
    samples.add(servers, name, result, rig.cpu().since(before));
    // What one row leaves behind must not slow the next.
    rig.untilFollowed();
    return result.perSecond();
  }

  private void halfRate(String servers, double perSecond) {
    try (LoadGenerator load = new LoadGenerator(rig.servicePort(), CONNECTIONS)) {
      CpuTime.Reading before = rig.cpu().read();
      LoadGenerator.Result result = load.openLoop(workloads.allocate(), form.time, perSecond);
      samples.add(servers, Samples.HALF_RATE, result, rig.cpu().since(before));
    }
    rig.untilFollowed();
  }

  private void transactions(String servers, String name, String kind, int skus) {
    CpuTime.Reading before = rig.cpu().read();
    double perSecond = rig.transactions(kind, skus, form.time);
    samples.add(servers, name, perSecond, form.time, rig.cpu().since(before));
  }

  private static LoadGenerator.Result closedLoop(
      int port, int connections, Workload workload, Duration time) {
    try (LoadGenerator load = new LoadGenerator(port, connections)) {
      return load.closedLoop(workload, time);
    }
  }

  private static void say(String what) {
    System.err.println(what);
  }
}
