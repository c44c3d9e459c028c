package allocation.benchmark;

import allocation.given.HeapUse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * What many SKUs and order lines in the database cost: the same workload on a filled database and
 * on one that has its SKUs and nothing else, the heap of a service that has met all SKUs, and the
 * start of one that finds them.
 */
final class Growth {
  private static final String FILLED = "filled";
  private static final String EMPTY = "empty";
  private static final int WARM_UP_TURNS = 3;
  private static final int LEAST_ROUNDS = 2;
  private static final int BULK_CONNECTIONS = 8;

  private final Form form;
  private final Rig rig;
  private final Samples samples;
  private final Findings findings;

  Growth(Form form, Rig rig, Samples samples, Findings findings) {
    this.form = form;
    this.rig = rig;
    this.samples = samples;
    this.findings = findings;
  }

  /** Makes the databases and measures starts, with Pulsar there as in production. */
  void prepare() throws SQLException, IOException {
    rig.makeRoomFor(FILLED);
    rig.makeRoomFor(EMPTY);
    // A service makes the schema, and the archive for the starts that are measured.
    Followers followers;
    try (ServiceProcess first = rig.startArchived(FILLED)) {
      followers = first.followers();
    }
    try (Connection database = followers.connect()) {
      FilledDatabase.fill(database, form.skus(), form.linesPerSku());
    }
    for (int i = 0; i < form.starts(); i++) {
      long begun = System.nanoTime();
      try (ServiceProcess started = rig.startArchived(FILLED)) {
        findings.start(Duration.ofNanos(System.nanoTime() - begun));
        started.followers().untilDone();
      }
    }
  }

  /** Compares the two, in turn, and then meets every SKU of the filled one. */
  String compare(String servers) throws SQLException, InterruptedException, IOException {
    Progress.say("warming up on an empty and a filled database");
    try (ServiceProcess empty = rig.start(EMPTY);
        ServiceProcess filled = rig.start(FILLED)) {
      Stock.make(empty.port());
      Answers ofEmpty = new Answers();
      Answers ofFilled = new Answers();
      // Spread over all of them, so that no page of the database has two.
      int apart = form.skus() / Workloads.SKUS;
      Side here = new Side(empty, new Workloads(ofEmpty), Samples.EMPTY);
      Side there =
          new Side(
              filled,
              new Workloads(ofFilled, n -> FilledDatabase.sku(n * apart)),
              Samples.filled(form));
      // In turn, so that neither is the one that runs while the other is still compiled.
      for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
        here.warmUp();
        there.warmUp();
      }
      // One alone would hit one of the two where the machine was slow for a moment.
      int rounds = Math.max(LEAST_ROUNDS, form.rounds());
      for (int round = 1; round <= rounds; round++) {
        Progress.say("empty and filled database, round %d of %d".formatted(round, rounds));
        here.measure(servers);
        there.measure(servers);
      }
      there.meetAll();
      findings.heap(HeapUse.afterFullCollection(filled.handle()));
      try (Connection ofHere = empty.followers().connect();
          Connection ofThere = filled.followers().connect()) {
        return "on the empty database %s; on the filled one %s"
            .formatted(ofEmpty.check(ofHere), ofFilled.check(ofThere));
      }
    }
  }

  private final class Side {
    private final ServiceProcess service;
    private final Workloads workloads;
    private final String row;

    Side(ServiceProcess service, Workloads workloads, String row) {
      this.service = service;
      this.workloads = workloads;
      this.row = row;
    }

    void warmUp() {
      run(form.warmUp());
      service.followers().untilDone();
    }

    void measure(String servers) {
      CpuTime cpu = rig.cpuWith(service);
      CpuTime.Reading before = cpu.read();
      LoadGenerator.Result result = run(form.time());
      samples.add(servers, row, result, cpu.since(before));
      service.followers().untilDone();
    }

    /** One line of each SKU. */
    void meetAll() {
      Progress.say("meeting every SKU");
      try (LoadGenerator load = new LoadGenerator(service.port(), BULK_CONNECTIONS)) {
        LoadGenerator.Result result =
            load.times(
                workloads.bulkOverAll(FilledDatabase::sku), form.skus() / Workloads.BULK_LINES);
        if (result.good() != result.answers()) {
          throw new IllegalStateException("not every SKU was met: " + result.statuses());
        }
      }
      service.followers().untilDone();
    }

    private LoadGenerator.Result run(Duration time) {
      return LoadGenerator.closedLoop(
          service.port(), Rates.CONNECTIONS, workloads.allocate(), time);
    }
  }
}
