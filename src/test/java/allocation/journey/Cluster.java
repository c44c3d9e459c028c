package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.Main;
import allocation.embedded.Ports;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Nodes of one installation that form a cluster, each in a JVM of its own. One cluster at a time,
 * whoever runs tests beside: three nodes and their servers are all that two processors carry.
 */
final class Cluster implements AutoCloseable {
  private static final Path TURN = Path.of("target", "cluster.lock");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final Map<String, String> settings;
  private final List<String> hosts;
  private final List<Integer> ports;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final FileChannel turn;

  /** On the loopback address. */
  Cluster(String name, int size, Installation installation, Map<String, String> more) {
    this(name, Collections.nCopies(size, "127.0.0.1"), installation, more);
  }

  /**
   * A cluster without nodes yet.
   *
   * @param name of the nodes' logs
   * @param hosts the addresses at which nodes meet, one for each that may come
   * @param installation what they share
   */
  Cluster(String name, List<String> hosts, Installation installation, Map<String, String> more) {
    this.name = name;
    this.hosts = hosts;
    turn = takeTurn();
    ports = hosts.stream().map(host -> Ports.free()).toList();
    settings = new HashMap<>(installation.settings());
    settings.put(
        "CLUSTER_MEMBERS",
        IntStream.range(0, hosts.size())
            .mapToObj(i -> hosts.get(i) + ":" + ports.get(i))
            .collect(Collectors.joining(",")));
    settings.put("CLUSTER_NAME", "test-" + ports.getFirst());
    settings.putAll(more);
  }

  private static FileChannel takeTurn() {
    try {
      FileChannel channel =
          FileChannel.open(TURN, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      // Until it is closed.
      channel.lock();
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What every node is told; a program that joins needs some of it, too. */
  Map<String, String> settings() {
    return settings;
  }

  /** Starts nodes until all are there. */
  void startAll() {
    for (int i = nodes.size(); i < ports.size(); i++) {
      nodes.add(NodeProcess.begin(name + "-" + i, environment(i, Map.of())));
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

  /** Begins to start one with settings of its own. */
  NodeProcess begin(Map<String, String> own) {
    return begin(Main.class, own, List.of());
  }

  /** The same in full; see {@link NodeProcess}. */
  NodeProcess begin(Class<?> main, Map<String, String> own, List<String> prefix) {
    int i = nodes.size();
    NodeProcess node = NodeProcess.begin(name + "-" + i, main, environment(i, own), prefix);
    nodes.add(node);
    return node;
  }

  private Map<String, String> environment(int i, Map<String, String> own) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("CLUSTER_HOST", hosts.get(i));
    environment.put("CLUSTER_PORT", String.valueOf(ports.get(i)));
    environment.putAll(own);
    return environment;
  }

  List<NodeProcess> nodes() {
    return nodes;
  }

  /** Where HTTP is served. */
  List<SocketAddress> addresses() {
    return nodes.stream().map(NodeProcess::address).toList();
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
    try {
      turn.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
