package allocation.benchmark;

import allocation.embedded.Ports;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One node against two and three on this machine: more nodes are no faster on the same processors,
 * so what is seen is what a hop between nodes costs. Rounds, since the machine drifts.
 */
final class Nodes {
  private static final String DATABASE = "nodes";
  private static final String NODE = "node ";
  private static final int ROUNDS = Integer.getInteger("rounds", 2);
  private static final Duration TIME = Duration.ofSeconds(6);
  private static final int CONNECTIONS = 256;
  private static final Map<String, String> HTTP_ONLY =
      Map.of(
          "HANDLER_INSTANCES", "0",
          "VIEWS_INSTANCES", "0",
          "PUBLISHER_INSTANCES", "0",
          "MAIL_INSTANCES", "0",
          "PULSAR_COMMAND_INSTANCES", "0");

  private final Rig rig;
  private final Answers answers = new Answers();
  private final Workloads workloads = new Workloads(answers);
  private final Answers answersOfOne = new Answers();
  private final Workloads workloadsOfOne = new Workloads(answersOfOne);
  private final List<Integer> clusterPorts =
      IntStream.range(0, 4).map(i -> Ports.free()).boxed().toList();
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** Sums over the rounds. */
  private static final class Row {
    private final List<Double> rates = new ArrayList<>();
    private final Map<String, Double> cpuSeconds = new LinkedHashMap<>();
    private long answered;
  }

  Nodes(Rig rig) {
    this.rig = rig;
  }

  /** The table, as Markdown. */
  String measure() throws IOException, InterruptedException, SQLException {
    rig.stopPulsar();
    Stock.make(rig.service().port());
    rig.makeRoomFor(DATABASE);
    try (ServiceProcess first = node(0, Map.of())) {
      Stock.make(first.port());
      warmUp(List.of(rig.service()), workloadsOfOne);
      warmUp(List.of(first), workloads);
      for (int round = 1; round <= ROUNDS; round++) {
        Progress.say("round %d of %d".formatted(round, ROUNDS));
        row("no cluster", List.of(rig.service()), List.of(rig.service()), workloadsOfOne);
        row("cluster of one", List.of(first), List.of(first), workloads);
        try (ServiceProcess tier = node(3, HTTP_ONLY)) {
          warmUp(List.of(tier), workloads);
          row("HTTP tier, each request hops", List.of(tier), List.of(first, tier), workloads);
        }
        try (ServiceProcess second = node(1, Map.of())) {
          List<ServiceProcess> two = List.of(first, second);
          warmUp(two, workloads);
          row("two nodes, half of the requests hop", two, two, workloads);
          try (ServiceProcess third = node(2, Map.of())) {
            List<ServiceProcess> three = List.of(first, second, third);
            warmUp(three, workloads);
            row("three nodes, two thirds hop", three, three, workloads);
          }
        }
      }
      return table() + "\n" + checked(rig.service(), answersOfOne) + checked(first, answers);
    }
  }

  private ServiceProcess node(int number, Map<String, String> parts) {
    Map<String, String> settings = new HashMap<>(parts);
    settings.put("CLUSTER_HOST", "127.0.0.1");
    settings.put("CLUSTER_PORT", String.valueOf(clusterPorts.get(number)));
    settings.put(
        "CLUSTER_MEMBERS",
        clusterPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
    settings.put("CLUSTER_NAME", "benchmark-" + clusterPorts.getFirst());
    return rig.start(DATABASE, settings);
  }

  private static void warmUp(List<ServiceProcess> entrances, Workloads lines) {
    try (LoadGenerator load = new LoadGenerator(ports(entrances), CONNECTIONS)) {
      load.closedLoop(lines.allocate(), TIME.multipliedBy(entrances.size()));
    }
    entrances.getFirst().followers().untilDone();
  }

  private void row(
      String name, List<ServiceProcess> entrances, List<ServiceProcess> all, Workloads lines) {
    CpuTime cpu = rig.cpuWith(all.getFirst());
    for (ServiceProcess node : all.subList(1, all.size())) {
      cpu.watch(NODE + (all.indexOf(node) + 1), node::handle);
    }
    try (LoadGenerator load = new LoadGenerator(ports(entrances), CONNECTIONS)) {
      CpuTime.Reading before = cpu.read();
      LoadGenerator.Result result = load.closedLoop(lines.allocate(), TIME);
      if (result.good() != result.answers()) {
        throw new IllegalStateException(name + " was answered " + result.statuses());
      }
      Row row = rows.computeIfAbsent(name, first -> new Row());
      row.rates.add(result.perSecond());
      row.answered += result.answers();
      cpu.since(before).forEach((who, seconds) -> row.cpuSeconds.merge(who, seconds, Double::sum));
    }
    entrances.getFirst().followers().untilDone();
  }

  private static List<Integer> ports(List<ServiceProcess> nodes) {
    return nodes.stream().map(ServiceProcess::port).toList();
  }

  private String table() {
    StringBuilder text =
        new StringBuilder(
            "| single lines of 1,000 SKUs | lines/s, each round | against no cluster |"
                + " CPU a line: service | PostgreSQL | load |\n|---|---|---|---|---|---|\n");
    double alone = mean(rows.values().iterator().next());
    rows.forEach((name, row) ->
        text.append(
            "| %s | %s | %s | %s µs | %s µs | %s µs |\n"
                .formatted(
                    name,
                    row.rates.stream().map(Numbers::of).collect(Collectors.joining(", ")),
                    Numbers.of(mean(row) / alone),
                    Numbers.of(micros(row)),
                    Numbers.of(row.cpuSeconds.getOrDefault(Rig.POSTGRES, 0.0) * 1e6 / row.answered),
                    Numbers.of(row.cpuSeconds.getOrDefault(Rig.LOAD, 0.0) * 1e6 / row.answered))));
    return text.toString();
  }

  private static double mean(Row row) {
    return row.rates.stream().mapToDouble(rate -> rate).average().orElseThrow();
  }

  /** Of all nodes together. */
  private static double micros(Row row) {
    return row.cpuSeconds.entrySet().stream()
            .filter(one -> one.getKey().equals(Rig.SERVICE) || one.getKey().startsWith(NODE))
            .mapToDouble(Map.Entry::getValue)
            .sum()
        * 1e6
        / row.answered;
  }

  private static String checked(ServiceProcess node, Answers answers) throws SQLException {
    try (Connection database = node.followers().connect()) {
      return answers.check(database) + "\n";
    }
  }
}
