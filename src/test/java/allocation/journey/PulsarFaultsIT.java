package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Sku;
import allocation.embedded.Ports;
import allocation.embedded.PulsarServer;
import allocation.embedded.Servers;
import allocation.given.FaultyNetwork;
import allocation.given.Waiting;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole service on a Pulsar that fails, under load: callers do not notice, and afterwards every
 * fact is on its topics, once and in order. The broker names the network as its own address, so
 * that clients come through it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PulsarFaultsIT {
  private static final int ROUNDS = Integer.getInteger("rounds", 1);

  /** How long it is away: in the long form once for a minute. */
  private static final int AWAY_ANSWERS = 500;

  private static final int LONG_AWAY_ANSWERS = ROUNDS > 1 ? 20_000 : AWAY_ANSWERS;

  /** What the service promises once a fault is over. */
  private static final Duration RECOVERED = Duration.ofSeconds(10);

  /** What was not published meanwhile takes as long as it is much. */
  private static final Duration CAUGHT_UP = Duration.ofSeconds(60);

  /** Bytes that a heap may have more after a fault. */
  private static final long MORE_HEAP = 64L << 20;

  private static final int SHOPPERS = 4;
  private static final String NAME = "pulsar_faults";

  private static final List<Sku> SKUS =
      IntStream.range(0, 4).mapToObj(i -> new Sku("SKU-" + i)).toList();

  private final Vertx vertx = Vertx.vertx();
  private FaultyNetwork network;
  private PulsarServer pulsar;
  private Installation installation;
  private NodeProcess service;
  private long heapBefore;

  @BeforeAll
  void start(@TempDir Path data) {
    int port = Ports.free();
    network = new FaultyNetwork(vertx, port);
    pulsar =
        new PulsarServer(data, port, Ports.free())
            .with("advertisedListeners", "internal:pulsar://127.0.0.1:%d".formatted(network.port()))
            .with("internalListenerName", "internal");
    pulsar.start();
    installation =
        new Installation(
            Servers.postgres(),
            PgConnectOptions.fromUri(Servers.newDatabase(NAME)).getDatabase(),
            new Installation.Broker(
                "pulsar://127.0.0.1:" + network.port(), pulsar.adminUrl(), "public/default"));
    service = NodeProcess.begin(NAME, installation.settings());
    service.awaitReady();
    Shoppers.stockUp(service.client(), SKUS);
    heapBefore = service.heapInUse();
  }

  @AfterAll
  void stop() {
    service.kill();
    installation.close();
    pulsar.stop();
    network.close();
    Waiting.result(vertx.close());
  }

  @Test
  void the_network_to_pulsar_fails_in_every_way() {
    try (Shoppers shoppers = shoppers("network")) {
      for (int round = 0; round < ROUNDS; round++) {
        int inTime = network.delayed();
        during(shoppers, network::delay);
        assertThat(network.delayed()).as("what arrived late").isGreaterThan(inTime);
        during(shoppers, this::freeze);
        during(shoppers, this::reset);
        int before = network.refused();
        during(shoppers, network::refuse);
        assertThat(network.refused()).as("connections that were refused").isGreaterThan(before);
      }
      assertKept(shoppers);
    }
  }

  @Test
  void pulsar_is_killed_stays_away_and_comes_back() {
    try (Shoppers shoppers = shoppers("killed")) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);

        pulsar.kill();

        shoppers.awaitAnswers(round == 0 ? LONG_AWAY_ANSWERS : AWAY_ANSWERS);
        assertThat(service.client().metric("allocation_follower_lag", "follower=\"publisher\""))
            .as("events that wait to be published")
            .isPositive();
        pulsar.start();
        recovers();
      }
      assertKept(shoppers);
    }
  }

  private void freeze() {
    assertThat(network.connections()).isPositive();
    network.freeze();
  }

  private void reset() {
    assertThat(network.connections()).isPositive();
    network.reset();
  }

  private void during(Shoppers shoppers, Runnable fault) {
    shoppers.awaitAnswers(50);

    fault.run();

    shoppers.awaitAnswers(200);
    network.heal();
    recovers();
  }

  /** By itself, and although more are made all the time. */
  private void recovers() {
    long before = published();
    Awaitility.await("events are published again")
        .atMost(RECOVERED)
        .until(() -> published() > before);
    long written = written();
    Awaitility.await("the backlog is gone").atMost(CAUGHT_UP).until(() -> published() >= written);
  }

  private long written() {
    return number("SELECT coalesce(sum(position), 0) FROM shard");
  }

  private long published() {
    return number("SELECT coalesce(sum(position), 0) FROM follower WHERE name = 'publisher'");
  }

  private long number(String sql) {
    return Long.parseLong(installation.rows(sql).getFirst().getFirst());
  }

  private Shoppers shoppers(String name) {
    return new Shoppers(List.of(service.address()), SKUS).shop(name, SHOPPERS);
  }

  private void assertKept(Shoppers shoppers) {
    shoppers.assertKept(installation, service.client());
    assertThat(shoppers.cut()).as("requests without an answer").isEmpty();
    assertThat(shoppers.retryable()).as("callers who noticed").isZero();
    assertThat(service.heapInUse()).as("heap in use").isLessThan(heapBefore + MORE_HEAP);
  }
}
