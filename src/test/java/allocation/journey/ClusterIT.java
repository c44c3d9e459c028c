package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.given.Certificates;
import allocation.journey.Books.OrderedSku;
import allocation.tls.Identity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in JVMs of their own that talk to each other over TLS, with shoppers who do not care
 * which one they talk to. Whatever happens to a node, in the end all that tells of the same facts
 * says the same.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterIT {
  private static final int NODES = 3;
  private static final int SHOPPERS = 6;

  /** More of them in the long form: {@code ./mvnw -Plong verify}. */
  private static final int ROUNDS = Integer.getInteger("rounds", 1);

  /** Until what is a matter of luck has happened once. */
  private static final int MORE_ROUNDS = 5;

  /** What the service promises when a node dies. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(10);

  /** Longer than a command may take. */
  private static final int ANSWERED_MS = 15_000;

  private static final List<Sku> SKUS =
      IntStream.range(0, 16).mapToObj(i -> new Sku("SKU-" + i)).toList();

  private final Installation installation = new Installation("cluster");
  private Cluster cluster;

  @BeforeAll
  void start(@TempDir Path folder) {
    Certificates certificates = new Certificates(folder);
    Identity node = certificates.good("node");
    cluster =
        new Cluster(
            "equal",
            NODES,
            installation,
            Map.of(
                "HTTP_LEAVE_DELAY_MS", "500",
                "CLUSTER_TLS_CERTIFICATE", node.certificate().toString(),
                "CLUSTER_TLS_KEY", node.key().toString(),
                "CLUSTER_TLS_AUTHORITIES", certificates.authorities().file().toString()));
    cluster.startAll();
    Shoppers.stockUp(anyClient(), SKUS);
  }

  @AfterAll
  void stop() {
    cluster.close();
    installation.close();
  }

  @BeforeEach
  void all_nodes_are_there() {
    cluster.heal();
  }

  @Test
  void a_rolling_restart_costs_nobody_an_answer() {
    try (Shoppers shoppers = shoppers("roll")) {
      for (int round = 0; round < ROUNDS; round++) {
        cluster.nodes().forEach(node -> restart(node, shoppers));
      }
      shoppers.stop();
      assertThat(shoppers.cut()).as("requests without an answer").isEmpty();
      shoppers.assertKept(installation, anyClient());
    }
  }

  private void restart(NodeProcess node, Shoppers shoppers) {
    shoppers.awaitAnswers(200);
    assertThat(Cluster.shards(node)).as("shards that have to be handed over").isPositive();

    assertThat(node.terminate()).as("exit code after SIGTERM").isEqualTo(143);

    Cluster.awaitSpread(cluster.without(node));
    shoppers.awaitAnswers(200);
    node.begin();
    node.awaitReady();
    Cluster.awaitSpread(cluster.nodes());
  }

  @Test
  void the_shards_of_a_killed_node_are_served_by_others() {
    try (Shoppers shoppers = shoppers("kill")) {
      for (int round = 0; round < ROUNDS; round++) {
        kill(cluster.nodes().get((round + 1) % NODES), "after-kill-" + round, shoppers);
      }
      shoppers.assertKept(installation, anyClient());
    }
  }

  private void kill(NodeProcess victim, String order, Shoppers shoppers) {
    shoppers.awaitAnswers(200);
    assertThat(Cluster.shards(victim)).as("shards that have to be taken over").isPositive();

    victim.kill();

    long killed = System.nanoTime();
    everyShardIsServed(cluster.without(victim), order, killed);
    shoppers.awaitAnswers(200);
    victim.begin();
    victim.awaitReady();
    Cluster.awaitSpread(cluster.nodes());
  }

  @Test
  void a_node_that_was_frozen_past_its_removal_writes_nothing_wrong() throws IOException {
    Set<OrderedSku> promised = new HashSet<>();
    int late = 0;
    try (Shoppers shoppers = shoppers("freeze")) {
      // One that hears of what has become of it before it reads its requests is not late.
      for (int round = 0; round < ROUNDS || (late == 0 && round < ROUNDS + MORE_ROUNDS); round++) {
        NodeProcess frozen = cluster.nodes().get((round + 2) % NODES);
        double before = late(frozen);
        promised.addAll(freeze(frozen, shoppers));
        late += late(frozen) > before ? 1 : 0;
      }
      assertThat(late).as("nodes that wrote too late").isPositive();
      assertThat(shoppers.assertPromisesKept(installation, anyClient()))
          .as("what the node promised when it was woken")
          .containsAll(promised);
    }
  }

  /** What the node promised to those who had asked it while it was frozen. */
  private Set<OrderedSku> freeze(NodeProcess frozen, Shoppers shoppers) throws IOException {
    shoppers.awaitAnswers(200);
    assertThat(Cluster.shards(frozen)).isPositive();

    frozen.signal("STOP");

    Cluster.awaitSpread(cluster.without(frozen));
    // By now others have moved its shards; it still believes that it has them.
    shoppers.awaitAnswers(500);
    // They wait in the system's buffers: it has them before it hears what has become of it.
    Map<OrderedSku, Socket> waiting = askForEverySku(frozen);
    frozen.signal("CONT");
    Set<OrderedSku> promised = new HashSet<>();
    for (Map.Entry<OrderedSku, Socket> asked : waiting.entrySet()) {
      if (isPromised(asked.getValue())) {
        promised.add(asked.getKey());
      }
    }
    Cluster.awaitSpread(cluster.nodes());
    shoppers.awaitAnswers(200);
    return promised;
  }

  /** Or told to come again; nobody is left without an answer. */
  private static boolean isPromised(Socket asked) throws IOException {
    try (asked) {
      asked.setSoTimeout(ANSWERED_MS);
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(asked.getInputStream(), StandardCharsets.US_ASCII));
      List<String> head = new ArrayList<>();
      for (String line = reader.readLine();
          line != null && !line.isEmpty();
          line = reader.readLine()) {
        head.add(line);
      }
      assertThat(head).isNotEmpty();
      boolean isPromised = head.getFirst().matches("HTTP/1.1 20[01] .*");
      if (!isPromised) {
        assertThat(head.getFirst()).startsWith("HTTP/1.1 503 ");
        assertThat(head).anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("retry-after:"));
      }
      return isPromised;
    }
  }

  private static Map<OrderedSku, Socket> askForEverySku(NodeProcess node) throws IOException {
    Map<OrderedSku, Socket> asked = new LinkedHashMap<>();
    for (Sku sku : SKUS) {
      OrderedSku wanted = new OrderedSku(new OrderId("woken-" + System.nanoTime()), sku);
      String line =
          "{\"orderId\":\"%s\",\"sku\":\"%s\",\"quantity\":1}"
              .formatted(wanted.orderId().value(), sku.value());
      Socket socket = new Socket(node.address().host(), node.address().port());
      socket
          .getOutputStream()
          .write(
              ("POST /v1/allocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                      + line.length()
                      + "\r\n\r\n"
                      + line)
                  .getBytes(StandardCharsets.US_ASCII));
      asked.put(wanted, socket);
    }
    return asked;
  }

  /** How often the database has refused what a node had decided. */
  private static double late(NodeProcess node) {
    return node.client().metric("allocation_memories_stale_total")
        + node.client().metric("allocation_races_lost_total");
  }

  private Shoppers shoppers(String name) {
    return new Shoppers(cluster.addresses(), SKUS).shop(name, SHOPPERS);
  }

  private Client anyClient() {
    return cluster.nodes().getFirst().client();
  }

  private static void everyShardIsServed(List<NodeProcess> nodes, String order, long since) {
    for (Sku sku : SKUS) {
      for (NodeProcess node : nodes) {
        Client.Answer answer =
            node.client()
                .send(new Command.Allocate(new OrderId(order + "-" + node.name()), sku, 1));
        assertThat(answer.status()).isEqualTo(201);
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(TAKEN_OVER);
  }
}
