package allocation.benchmark;

import allocation.access.NewKey;
import allocation.given.Issuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Services that differ in one thing, each on a database of its own. All run side by side and are
 * asked in turn, since the machine drifts and a JVM is slow at first; those that are not asked have
 * next to nothing to do.
 */
final class Comparison {
  private static final int ROUNDS = Integer.getInteger("rounds", 3);

  /** Of load for each JVM before anything counts. */
  private static final Duration WARM_UP =
      Duration.ofSeconds(Integer.getInteger("warmUpSeconds", 30));

  private static final Duration TIME = Duration.ofSeconds(6);
  private static final int CONNECTIONS = 256;

  /** What the caller may do, where it is asked. */
  private static final String SCOPES = "allocate manage-stock";

  private final Rig rig;
  private final List<Topology> topologies;

  /** The first is what the others are compared with. */
  private Comparison(Rig rig, List<Topology> topologies) {
    this.rig = rig;
    this.topologies = topologies;
  }

  /**
   * One node against two and three on this machine: more nodes are no faster on the same
   * processors, so what is seen is what a hop between nodes costs.
   */
  static Comparison ofNodes(Rig rig) {
    rig.stopPulsar();
    return new Comparison(
        rig,
        List.of(
            Topology.alone(rig, "no cluster", "alone"),
            Topology.equal(rig, 1, "cluster of one"),
            Topology.tier(rig, "HTTP tier, each request hops"),
            Topology.equal(rig, 2, "two nodes, half of the requests hop"),
            Topology.equal(rig, 3, "three nodes, two thirds hop")));
  }

  /**
   * A service that lets everybody in against one that asks for a key and one that asks for a token.
   *
   * @param folder for the keys of whoever signs tokens
   */
  static Comparison ofAccess(Rig rig, Path folder) throws IOException {
    rig.stopPulsar();
    Issuer issuer = new Issuer("benchmark");
    Path keys = Files.writeString(folder.resolve("jwks.json"), issuer.jwks());
    NewKey key = NewKey.make("shop", SCOPES.replace(' ', ','), new SecureRandom());
    return new Comparison(
        rig,
        List.of(
            Topology.alone(rig, "everybody", "open"),
            Topology.alone(rig, "with a key", "keyed", Map.of("ACCESS_KEYS", key.line()))
                .as(key.key()),
            Topology.alone(
                    rig,
                    "with a token",
                    "signed",
                    Map.of(
                        "ACCESS_JWKS", keys.toString(),
                        "ACCESS_JWT_ISSUER", Issuer.NAME,
                        "ACCESS_JWT_AUDIENCE", Issuer.AUDIENCE))
                .as(issuer.token(SCOPES))));
  }

  /** The table, as Markdown. */
  String measure() throws IOException, InterruptedException, SQLException {
    try {
      for (Topology topology : topologies) {
        Stock.make(topology.ports().getFirst(), topology.credential());
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
      load.closedLoop(topology.allocate(), WARM_UP.multipliedBy(topology.nodes().size()));
    }
    topology.followers().untilDone();
  }

  private void row(Topology topology) {
    CpuTime cpu = topology.cpu(rig);
    try (LoadGenerator load = new LoadGenerator(topology.ports(), CONNECTIONS)) {
      CpuTime.Reading before = cpu.read();
      LoadGenerator.Result result = load.closedLoop(topology.allocate(), TIME);
      Map<String, Double> spent = cpu.since(before);
      topology.measured(result, spent);
    }
    topology.followers().untilDone();
  }

  private String table() {
    StringBuilder text =
        new StringBuilder(
            "| single lines of 1,000 SKUs | lines/s, each round | against the first |"
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
