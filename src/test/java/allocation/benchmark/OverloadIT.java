package allocation.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.Ports;
import allocation.embedded.Servers;
import allocation.given.HeapUse;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The short form of {@link Overload}: what holds on any machine when more is asked of the service
 * than it can do, and when clients are slow on purpose. How fast it is then is the benchmark's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverloadIT {
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final Duration TIME = Duration.ofSeconds(4);

  /** Of HTTP; connections go to one and the other in turn. */
  private static final int EVENT_LOOPS = 2;

  /** Fewer than by default, so that any machine runs out of them. */
  private static final int PLACES_OF_A_LOOP = 50;

  /**
   * As many find a place; and more than half of the places, so that twice their rate needs more
   * than all.
   */
  private static final int ORDINARY_CLIENTS = 64;

  private static final int CONNECTIONS = 600;

  /** Of each kind; both together have more connections than there are places. */
  private static final int SLOW_CLIENTS = 200;

  /** Bytes that a heap may have more after a flood: what caches of products and answers take. */
  private static final long MORE_HEAP = 64L << 20;

  /** Of the peak: far from the aim, and just as far from a service that only refuses. */
  private static final double LEAST_OF_THE_PEAK = 0.1;

  private final Answers answers = new Answers();
  private final Workloads workloads = new Workloads(answers);
  private final int port = Ports.free();
  private Child service;
  private Followers followers;
  private double peak;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    String database = Servers.newDatabase("overload");
    followers =
        new Followers(
            Servers.postgres(), PgConnectOptions.fromUri(database).getDatabase(), () -> true);
    Path folder = Path.of("target", "cluster");
    Files.createDirectories(folder);
    service =
        Child.java(
                folder.resolve("overload.log"),
                Map.of(
                    "POSTGRES_URI", database,
                    "PULSAR_SERVICE_URL", Servers.pulsarServiceUrl(),
                    "PULSAR_ADMIN_URL", Servers.pulsarAdminUrl(),
                    "PULSAR_NAMESPACE", Servers.newNamespace("overload"),
                    "HTTP_HOST", "127.0.0.1",
                    "HTTP_PORT", Integer.toString(port),
                    "HTTP_INSTANCES", Integer.toString(EVENT_LOOPS),
                    "HTTP_REQUESTS_AT_ONCE", Integer.toString(PLACES_OF_A_LOOP),
                    "LOG_LEVEL", "warn"),
                javaArguments())
            .untilReady(port);
    Stock.make(port);
    closed(workloads.allocate(), WARM_UP);
    peak = closed(workloads.allocate(), TIME).perSecond();
  }

  private static List<String> javaArguments() {
    List<String> arguments = new ArrayList<>();
    if (Runtime.version().feature() >= 24) {
      arguments.add("--sun-misc-unsafe-memory-access=allow");
    }
    arguments.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            // Fast to start is what counts here.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=conf/logback.xml",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "allocation.Main"));
    return arguments;
  }

  @AfterEach
  void what_was_answered_is_what_is_stored() throws SQLException {
    followers.untilDone();
    try (Connection database = followers.connect()) {
      answers.check(database);
    }
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void at_twice_the_peak_some_get_their_lines_and_the_others_are_told_to_come_back() {
    long heapBefore = HeapUse.afterFullCollection(service.handle());
    Refusals refusals = new Refusals(workloads.allocate());

    LoadGenerator.Result flood = open(refusals);

    // With Retry-After, or the generator would have given up.
    assertThat(flood.statuses()).containsOnlyKeys(201, 503);
    assertThat(refusals.bodies).allMatch(body -> body.contains("urn:allocation:problem:busy"));
    assertThat(flood.good() / flood.seconds())
        .as("allocated in a second")
        .isGreaterThan(LEAST_OF_THE_PEAK * peak);
    assertThat(HeapUse.afterFullCollection(service.handle())).isLessThan(heapBefore + MORE_HEAP);
    assertAllAreServed();
  }

  @Test
  void a_rush_on_one_sku_leaves_room_for_the_others() {
    Rush rush = new Rush(workloads.allocateHot(), workloads.allocate());

    LoadGenerator.Result flood = open(rush);

    assertThat(flood.statuses()).containsOnlyKeys(201, 503);
    assertThat(rush.hot().allocated()).isPositive();
    assertThat(1 - rush.others().allocated())
        .as("refused of the others, not half as many as of the rush")
        .isLessThan((1 - rush.hot().allocated()) / 2);
    assertAllAreServed();
  }

  @Test
  void who_is_slow_on_purpose_takes_the_place_of_nobody() throws IOException {
    try (SlowClients slow = new SlowClients(port, SLOW_CLIENTS)) {
      slow.begin();

      assertAllAreServed();

      assertThat(slow.drips()).isGreaterThan(2 * 2 * SLOW_CLIENTS);
    }
  }

  private void assertAllAreServed() {
    assertThat(closed(workloads.allocate(), TIME).statuses()).containsOnlyKeys(201);
  }

  private LoadGenerator.Result closed(Workload workload, Duration time) {
    return LoadGenerator.closedLoop(port, ORDINARY_CLIENTS, workload, time);
  }

  private LoadGenerator.Result open(Workload workload) {
    try (LoadGenerator load = new LoadGenerator(port, CONNECTIONS)) {
      return load.openLoop(workload, TIME, 2 * peak);
    }
  }

  /** Keeps what is said to those who are refused. */
  private static final class Refusals implements Workload {
    private final Workload workload;
    private final List<String> bodies = new ArrayList<>();

    Refusals(Workload workload) {
      this.workload = workload;
    }

    @Override
    public byte[] request(long number) {
      return workload.request(number);
    }

    @Override
    public void answered(long number, int status, ByteBuffer body) {
      if (status == 503) {
        bodies.add(StandardCharsets.US_ASCII.decode(body.duplicate()).toString());
      }
      workload.answered(number, status, body);
    }
  }
}
