package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import allocation.domain.Sku;
import allocation.embedded.Ports;
import allocation.embedded.PostgresDatabase;
import allocation.embedded.PostgresServer;
import allocation.given.FaultyNetwork;
import allocation.given.SmallDisk;
import allocation.given.Waiting;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A service in a JVM of its own on a PostgreSQL of its own, with shoppers, while one of them or the
 * network between them fails. In the end all that tells of the same facts says the same, and what a
 * shopper was promised is in it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
  private static final int SHOPPERS = 4;
  private static final String NAME = "faults";

  /** Twenty in the long form: {@code ./mvnw -Plong verify}. */
  private static final int ROUNDS = Integer.getInteger("rounds", 1);

  /** What the service promises once a fault is over. */
  private static final Duration RECOVERED = Duration.ofSeconds(10);

  /** In a round, two seconds one after the other. */
  private static final int TIMES_ENDED = 3;

  private static final int DISK_MEGABYTES = 400;

  /** With what the pools, the locks of the followers and the migrations may have. */
  private static final int MOST_SESSIONS = 30;

  /** Bytes that a heap may have more after a fault: what a cache of orders and answers takes. */
  private static final long MORE_HEAP = 64L << 20;

  private static final List<Sku> SKUS =
      IntStream.range(0, 8).mapToObj(i -> new Sku("SKU-" + i)).toList();

  private final Vertx vertx = Vertx.vertx();
  private final SmallDisk disk =
      new SmallDisk(Path.of("target", "faults-" + ProcessHandle.current().pid()), DISK_MEGABYTES);
  private final PostgresServer postgres = new PostgresServer(disk.folder(), Ports.free());
  private Installation installation;
  private FaultyNetwork network;
  private NodeProcess service;
  private long heapBefore;

  @BeforeAll
  void start() {
    postgres.start();
    PostgresDatabase database = postgres.database();
    database.create(NAME);
    installation = new Installation(NAME, database, NAME);
    network = new FaultyNetwork(vertx, database.port());
    Map<String, String> settings = new HashMap<>(installation.settings());
    settings.put("HTTP_LEAVE_DELAY_MS", "1000");
    settings.put("POSTGRES_URI", new PostgresDatabase("127.0.0.1", network.port()).uri(NAME));
    service = NodeProcess.begin(NAME, settings);
    service.awaitReady();
    Shoppers.stockUp(service.client(), SKUS);
    heapBefore = service.heapInUse();
  }

  @AfterAll
  void stop() {
    service.kill();
    installation.close();
    network.close();
    postgres.stop();
    disk.close();
    Waiting.result(vertx.close());
  }

  @Test
  void the_service_is_killed() {
    try (Shoppers shoppers = shoppers("killed")) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);

        service.kill();

        assertThat(service.isAlive()).isFalse();
        service.begin();
        service.awaitReady();
        recovers(shoppers);
      }
      assertKept(shoppers);
    }
  }

  @Test
  void the_service_is_told_to_stop() {
    try (Shoppers shoppers = shoppers("stopped").onlyToReady()) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);

        int exit = service.terminate();

        assertThat(exit).as("128 and the number of SIGTERM").isEqualTo(143);
        service.begin();
        service.awaitReady();
        recovers(shoppers);
      }
      assertAnswered(shoppers);
      assertKept(shoppers);
    }
  }

  @Test
  void replies_to_commit_are_swallowed() {
    swallowed("swallowed", "COMMIT\0");
  }

  /** New lines are one statement that says no COMMIT; the views write no events. */
  @Test
  void replies_to_what_commits_new_lines_are_swallowed() {
    swallowed("swallowed-lines", "\"type\":\"Allocated\"");
  }

  private void swallowed(String name, String word) {
    int before = network.swallowed();
    during(
        name,
        () -> network.swallowRepliesTo(word),
        shoppers -> {
          int enough = network.swallowed() + 5;
          Awaitility.await("commits without a reply")
              .atMost(Duration.ofSeconds(60))
              .until(() -> network.swallowed() >= enough);
        });
    assertThat(network.swallowed()).isGreaterThan(before);
  }

  @Test
  void postgresql_is_killed() {
    try (Shoppers shoppers = shoppers("crash")) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);
        int refused = shoppers.retryable();

        postgres.kill();

        Awaitility.await("shoppers are told to come again")
            .until(() -> shoppers.retryable() >= refused + SHOPPERS);
        postgres.start();
        installation.reconnect();
        recovers(shoppers);
      }
      assertAnswered(shoppers);
      assertKept(shoppers);
    }
  }

  @Test
  void sessions_are_ended_all_the_time() {
    try (Shoppers shoppers = shoppers("ended")) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);

        List<Integer> ended = new ArrayList<>();
        Awaitility.await("sessions were ended every two seconds")
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofSeconds(2))
            .atMost(Duration.ofSeconds(60))
            .until(() -> {
              ended.add(endSessions());
              return ended.size() == TIMES_ENDED;
            });

        assertThat(ended).as("sessions that were ended").allMatch(sessions -> sessions > 0);
        recovers(shoppers);
      }
      assertAnswered(shoppers);
      assertKept(shoppers);
    }
  }

  @Test
  void the_disk_of_postgresql_is_full() {
    assumeTrue(disk.canBeFilled(), "skipped: a small disk cannot be mounted here");
    try (Shoppers shoppers = shoppers("full")) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);
        int refused = shoppers.retryable();

        disk.fill();

        Awaitility.await("shoppers are told to come again")
            .atMost(Duration.ofSeconds(60))
            .until(() -> shoppers.retryable() >= refused + SHOPPERS);
        disk.empty();
        // Where its log finds no room it gives up, and somebody has to start it again.
        postgres.start();
        installation.reconnect();
        recovers(shoppers);
      }
      assertAnswered(shoppers);
      assertKept(shoppers);
    }
  }

  private int endSessions() {
    return installation
        .rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .size();
  }

  @Test
  void the_network_to_postgresql_is_slow() {
    int before = network.delayed();
    during("slow", network::delay, shoppers -> shoppers.awaitAnswers(50));
    assertThat(network.delayed()).isGreaterThan(before);
  }

  @Test
  void the_network_to_postgresql_swallows_everything() {
    during(
        "frozen",
        () -> {
          assertThat(network.connections()).isPositive();
          network.freeze();
        },
        // New connections are fine: it finds out by itself, and goes on by others.
        shoppers -> shoppers.awaitAnswers(50));
  }

  @Test
  void postgresql_refuses_connections() {
    int before = network.refused();
    during(
        "refused",
        network::refuse,
        shoppers -> {
          int refused = shoppers.retryable();
          Awaitility.await("shoppers are told to come again")
              .until(() -> shoppers.retryable() >= refused + SHOPPERS);
        });
    assertThat(network.refused()).isGreaterThan(before);
  }

  @Test
  void connections_to_postgresql_break() {
    during(
        "reset",
        () -> {
          assertThat(network.connections()).isPositive();
          network.reset();
        },
        shoppers -> shoppers.awaitAnswers(50));
  }

  private interface While {
    void last(Shoppers shoppers);
  }

  private void during(String name, Runnable fault, While lasting) {
    try (Shoppers shoppers = shoppers(name)) {
      for (int round = 0; round < ROUNDS; round++) {
        shoppers.awaitAnswers(100);

        fault.run();

        lasting.last(shoppers);
        network.heal();
        recovers(shoppers);
      }
      assertAnswered(shoppers);
      assertKept(shoppers);
    }
  }

  private Shoppers shoppers(String name) {
    return new Shoppers(List.of(service.address()), SKUS).shop(name, SHOPPERS);
  }

  /** By itself, and soon. */
  private static void recovers(Shoppers shoppers) {
    int enough = shoppers.answered() + 20;
    Awaitility.await("it works again").atMost(RECOVERED).until(() -> shoppers.answered() >= enough);
  }

  /** While the service lives, nobody is left without an answer. */
  private static void assertAnswered(Shoppers shoppers) {
    assertThat(shoppers.cut()).as("requests without an answer").isEmpty();
  }

  /** All agrees, what was promised to a shopper is in it, and nothing is held on to. */
  private void assertKept(Shoppers shoppers) {
    shoppers.assertKept(installation, service.client());
    assertThat(service.client().metric("allocation_queue_depth")).isZero();
    assertThat(service.heapInUse()).as("heap in use").isLessThan(heapBefore + MORE_HEAP);
    assertThat(
            Integer.parseInt(
                installation
                    .rows(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                    .getFirst()
                    .getFirst()))
        .as("sessions of the service")
        .isLessThan(MOST_SESSIONS);
  }
}
