package allocation.benchmark;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One node against two and three on this machine: more nodes are no faster on the same processors,
 * so what is seen is what a hop between nodes costs. All run side by side and are asked in turn,
 * since the machine drifts and a JVM is slow at first; those that are not asked have next to
 * nothing to do.
 */
final class Nodes {
  private static final int ROUNDS = Integer.getInteger("rounds", 3);

  /** Of load for each JVM before anything counts. */
  private static final Duration WARM_UP =
      Duration.ofSeconds(Integer.getInteger("warmUpSeconds", 30));

  private static final Duration TIME = Duration.ofSeconds(6);
  private static final int CONNECTIONS = 256;

  private final Rig rig;
  private final List<Topology> topologies = new ArrayList<>();

  Nodes(Rig rig) {
    this.rig = rig;
  }

  /** The table, as Markdown. */
  String measure() throws IOException, InterruptedException, SQLException {
    rig.stopPulsar();
    try {
      topologies.add(Topology.alone(rig));
      topologies.add(Topology.equal(rig, 1, "cluster of one"));
      topologies.add(Topology.tier(rig, "HTTP tier, each request hops"));
      topologies.add(Topology.equal(rig, 2, "two nodes, half of the requests hop"));
      topologies.add(Topology.equal(rig, 3, "three nodes, two thirds hop"));
      for (Topology topology : topologies) {
        Stock.make(topology.ports().getFirst());
      }
      for (Topology topology : topologies) {
        Progress.say("warming up: " + topology.name());
        warmUp(topology);
      }
      for (int round = 1; round <= ROUNDS; round++) {
        Progress.say("round %d of %d".formatted(round, ROUNDS));
        topologies.forEach(this::row);
      }
      StringBuilder text = new StringBuilder(table());
      for (Topology topology : topologies) {
        try (Connection database = topology.followers().connect()) {
          text.append('\n')
              .append(topology.name())
              .append(": ")
              .append(topology.answers.check(database));
        }
      }
      return text.append('\n').toString();
    } finally {
      topologies.forEach(Topology::close);
    }
  }

  private static void warmUp(Topology topology) {
    try (LoadGenerator load = new LoadGenerator(topology.ports(), CONNECTIONS)) {
      load.closedLoop(topology.workloads.allocate(), WARM_UP.multipliedBy(topology.nodes().size()));
    }
    topology.followers().untilDone();
  }

  private void row(Topology topology) {
    CpuTime cpu = topology.cpu(rig);
    try (LoadGenerator load = new LoadGenerator(topology.ports(), CONNECTIONS)) {
      CpuTime.Reading before = cpu.read();
      LoadGenerator.Result result = load.closedLoop(topology.workloads.allocate(), TIME);
      Map<String, Double> spent = cpu.since(before);
      topology.measured(result, spent);
    }
    topology.followers().untilDone();
  }

  private String table() {
    StringBuilder text =
        new StringBuilder(
            "| single lines of 1,000 SKUs | lines/s, each round | against no cluster |"
                + " CPU a line: service | PostgreSQL | load |\n|---|---|---|---|---|---|\n");
    double alone = topologies.getFirst().meanRate();
    for (Topology row : topologies) {
      text.append(
          "| %s | %s | %s | %s µs | %s µs | %s µs |\n"
              .formatted(
                  row.name(),
                  row.rates().stream().map(Numbers::of).collect(Collectors.joining(", ")),
                  Numbers.of(row.meanRate() / alone),
                  Numbers.of(row.micros(Rig.SERVICE)),
                  Numbers.of(row.micros(Rig.POSTGRES)),
                  Numbers.of(row.micros(Rig.LOAD))));
    }
    return text.toString();
  }
}
