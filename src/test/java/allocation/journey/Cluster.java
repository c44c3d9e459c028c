package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Nodes of one installation that form a cluster, each in a JVM of its own. */
final class Cluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Map<String, String> settings;
  private final List<Integer> ports;
  private final List<NodeProcess> nodes = new ArrayList<>();

  /**
   * @param size how many nodes there may be at a time
   * @param installation what they share
   */
  Cluster(int size, Installation installation, Map<String, String> more) {
    ports = IntStream.range(0, size).map(i -> Ports.free()).boxed().toList();
    settings = new HashMap<>(installation.settings());
    settings.put(
        "CLUSTER_MEMBERS",
        String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
    settings.put("CLUSTER_HOST", "127.0.0.1");
    settings.put("CLUSTER_NAME", "test-" + ports.getFirst());
    settings.putAll(more);
  }

  /** What every node is told; a program that joins needs some of it, too. */
  Map<String, String> settings() {
    return settings;
  }

  /** Starts nodes until all are there. */
  void startAll() {
    for (int i = nodes.size(); i < ports.size(); i++) {
      nodes.add(NodeProcess.begin("node-" + i, environment(i, Map.of())));
    }
    nodes.forEach(NodeProcess::awaitReady);
    awaitSpread(nodes);
  }

  /** Wakes what was frozen and starts what was ended. */
  void heal() {
    nodes.forEach(node -> node.signal("CONT"));
    nodes.stream().filter(node -> !node.isAlive()).forEach(NodeProcess::begin);
    nodes.forEach(NodeProcess::awaitReady);
    awaitSpread(nodes);
  }

  /** Starts one with settings of its own. */
  NodeProcess start(Map<String, String> own) {
    int i = nodes.size();
    NodeProcess node = NodeProcess.start("node-" + i, environment(i, own));
    nodes.add(node);
    return node;
  }

  /** The same of another version. */
  NodeProcess start(Class<?> main) {
    int i = nodes.size();
    NodeProcess node = NodeProcess.start("node-" + i, main, environment(i, Map.of()));
    nodes.add(node);
    return node;
  }

  private Map<String, String> environment(int i, Map<String, String> own) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("CLUSTER_PORT", String.valueOf(ports.get(i)));
    environment.putAll(own);
    return environment;
  }

  List<NodeProcess> nodes() {
    return nodes;
  }

  List<NodeProcess> without(NodeProcess node) {
    return nodes.stream().filter(other -> other != node).toList();
  }

  /** Waits until these nodes see each other and nobody else, and have all shards between them. */
  static void awaitSpread(List<NodeProcess> nodes) {
    Awaitility.await("shards are spread over %d nodes".formatted(nodes.size()))
        .atMost(PATIENCE)
        .untilAsserted(() -> assertSpread(nodes));
  }

  private static void assertSpread(List<NodeProcess> nodes) {
    int least = Installation.SHARDS / nodes.size();
    int most = (Installation.SHARDS + nodes.size() - 1) / nodes.size();
    double all = 0;
    for (NodeProcess node : nodes) {
      assertThat(node.client().metric("allocation_cluster_nodes"))
          .as("nodes that %s sees", node.name())
          .isEqualTo(nodes.size());
      double handled = shards(node);
      assertThat(handled).as("shards of %s", node.name()).isBetween((double) least, (double) most);
      all += handled;
    }
    assertThat(all).isEqualTo(Installation.SHARDS);
  }

  static double shards(NodeProcess node) {
    return node.client().metric("allocation_cluster_shards{role=\"handler\"}");
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.signal("CONT"));
    nodes.stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
  }
}
