package allocation.benchmark;

import allocation.embedded.Ports;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Some nodes on one database of their own, and what was measured through them. */
final class Topology implements AutoCloseable {
  private static final Map<String, String> HTTP_ONLY =
      Map.of(
          "HANDLER_INSTANCES", "0",
          "VIEWS_INSTANCES", "0",
          "PUBLISHER_INSTANCES", "0",
          "MAIL_INSTANCES", "0",
          "PULSAR_COMMAND_INSTANCES", "0");

  private final String name;
  private final List<ServiceProcess> nodes;
  private final List<ServiceProcess> entrances;
  private final List<Double> rates = new ArrayList<>();
  private final Map<String, Double> cpuSeconds = new LinkedHashMap<>();
  private long answered;

  final Answers answers = new Answers();
  private final Workloads workloads = new Workloads(answers);
  private Optional<String> credential = Optional.empty();

  private Topology(String name, List<ServiceProcess> nodes, List<ServiceProcess> entrances) {
    this.name = name;
    this.nodes = nodes;
    this.entrances = entrances;
  }

  /** One node that knows of no others. */
  static Topology alone(Rig rig, String name, String database) {
    return alone(rig, name, database, Map.of());
  }

  /** The same with settings of its own. */
  static Topology alone(Rig rig, String name, String database, Map<String, String> settings) {
    rig.makeRoomFor(database);
    List<ServiceProcess> node = List.of(rig.start(database, settings));
    return new Topology(name, node, node);
  }

  /** It wants to see this, a key or a token, with every request. */
  Topology as(String shown) {
    credential = Optional.of(shown);
    return this;
  }

  /** Equal nodes, each of which is asked. */
  static Topology equal(Rig rig, int count, String name) {
    List<ServiceProcess> nodes =
        cluster(rig, "equal" + count, IntStream.range(0, count).mapToObj(i -> noParts()).toList());
    return new Topology(name, nodes, nodes);
  }

  /** One node that has everything, and one before it that only answers HTTP and is asked. */
  static Topology tier(Rig rig, String name) {
    List<ServiceProcess> nodes = cluster(rig, "tier", List.of(noParts(), HTTP_ONLY));
    return new Topology(name, nodes, nodes.subList(1, 2));
  }

  private static Map<String, String> noParts() {
    return Map.of();
  }

  private static List<ServiceProcess> cluster(
      Rig rig, String database, List<Map<String, String>> parts) {
    rig.makeRoomFor(database);
    List<Integer> ports = parts.stream().map(node -> Ports.free()).toList();
    List<ServiceProcess> nodes = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Map<String, String> settings = new HashMap<>(parts.get(i));
      settings.put("CLUSTER_HOST", "127.0.0.1");
      settings.put("CLUSTER_PORT", String.valueOf(ports.get(i)));
      settings.put(
          "CLUSTER_MEMBERS",
          ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
      settings.put("CLUSTER_NAME", "benchmark-" + ports.getFirst());
      nodes.add(rig.start(database, settings));
    }
    return List.copyOf(nodes);
  }

  Optional<String> credential() {
    return credential;
  }

  /** One line a request, of any SKU. */
  Workload allocate() {
    Workload allocate = workloads.allocate();
    return credential.<Workload>map(shown -> new WithCredential(allocate, shown)).orElse(allocate);
  }

  String name() {
    return name;
  }

  List<ServiceProcess> nodes() {
    return nodes;
  }

  List<Integer> ports() {
    return entrances.stream().map(ServiceProcess::port).toList();
  }

  /** What all followers have to do. */
  Followers followers() {
    return nodes.getFirst().followers();
  }

  /** Of its nodes, as {@link Rig#SERVICE} and names that begin so, and of the servers. */
  CpuTime cpu(Rig rig) {
    CpuTime cpu = rig.cpuWith(nodes.getFirst());
    for (ServiceProcess node : nodes.subList(1, nodes.size())) {
      cpu.watch(Rig.SERVICE + " " + node.port(), node::handle);
    }
    return cpu;
  }

  /** Counts a row of a round. */
  void measured(LoadGenerator.Result result, Map<String, Double> cpu) {
    if (result.good() != result.answers()) {
      throw new IllegalStateException(name + " was answered " + result.statuses());
    }
    rates.add(result.perSecond());
    answered += result.answers();
    cpu.forEach((who, seconds) -> cpuSeconds.merge(who, seconds, Double::sum));
  }

  List<Double> rates() {
    return rates;
  }

  double meanRate() {
    return rates.stream().mapToDouble(rate -> rate).average().orElseThrow();
  }

  /** CPU microseconds that a line took, of everything whose name begins so. */
  double micros(String who) {
    return cpuSeconds.entrySet().stream()
            .filter(one -> one.getKey().startsWith(who))
            .mapToDouble(Map.Entry::getValue)
            .sum()
        * 1e6
        / answered;
  }

  @Override
  public void close() {
    nodes.reversed().forEach(ServiceProcess::close);
  }
}
