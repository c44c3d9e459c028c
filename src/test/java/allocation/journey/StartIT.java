package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.Main;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.embedded.Ports;
import allocation.embedded.PostgresDatabase;
import allocation.embedded.Servers;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.LoggerFactory;

/** How a service starts, and how it does not. */
class StartIT {
  private static final Logger LOOPS = (Logger) LoggerFactory.getLogger("allocation.EventLoops");

  private static final Sku CHAIR = new Sku("CHAIR");

  private static final String SESSIONS =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """;

  @Test
  void each_verticle_has_an_event_loop_of_its_own() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    LOOPS.setLevel(Level.DEBUG);
    LOOPS.addAppender(log);
    try (Installation installation = new Installation("start")) {
      installation.start(
          Map.of("HTTP_INSTANCES", "3", "HANDLER_INSTANCES", "4", "PUBLISHER_INSTANCES", "2"));
    } finally {
      LOOPS.detachAppender(log);
      LOOPS.setLevel(null);
    }

    List<String> loops =
        log.list.stream().map(said -> String.valueOf(said.getArgumentArray()[1])).toList();
    // With two kinds of publisher, a read model, notices, commands from Pulsar and from the bus.
    assertThat(loops).hasSizeGreaterThanOrEqualTo(3 + 4 + 2 * 2 + 4).doesNotHaveDuplicates();
  }

  @Test
  void a_port_in_use_is_told_and_nothing_is_left_running() throws IOException {
    try (Installation installation = new Installation("start");
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> settings = Map.of("HTTP_PORT", String.valueOf(taken.getLocalPort()));

      assertThatThrownBy(() -> installation.start(settings))
          .hasStackTraceContaining("Address already in use");

      installation.eventually(
          "no session is left",
          () -> assertThat(installation.rows(SESSIONS).getFirst()).containsExactly("0"));
    }
  }

  @Test
  void a_service_without_pulsar_is_ready_at_once_and_says_what_is_away() {
    String away = "127.0.0.1:1";
    try (Installation installation = new Installation("start")) {
      Client client =
          installation.start(
              Map.of(
                  "PULSAR_SERVICE_URL", "pulsar://" + away, "PULSAR_ADMIN_URL", "http://" + away));

      Client.Answer ready = client.get("/health/ready", Map.of());

      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.body().getJsonArray("checks").getJsonObject(1))
          .isEqualTo(
              new JsonObject()
                  .put("name", "pulsar")
                  .put("status", "DOWN")
                  .put("required", false)
                  .put("state", "not reachable"));
      assertThat(timeOf(client, "/health/ready")).isLessThan(Duration.ofMillis(1_500));
    }
  }

  /**
   * Of a request that is not the first, in which much is done that is done once. What the servers
   * said half a second ago is as good as new, but not what took longer.
   */
  private static Duration timeOf(Client client, String path) {
    long asked = System.nanoTime();
    assertThat(client.status(path)).isEqualTo(200);
    return Duration.ofNanos(System.nanoTime() - asked);
  }

  @Test
  void views_may_have_a_database_of_their_own_and_allocation_goes_on_without_it()
      throws SQLException {
    String views = Servers.newDatabase("views");
    String name = PgConnectOptions.fromUri(views).getDatabase();
    try (Installation installation = new Installation("start");
        Connection server = Servers.postgres().connect(PostgresDatabase.NAME);
        Statement sql = server.createStatement()) {
      Client client = installation.start(Map.of("VIEWS_URI", views));
      client.stockUp(List.of(CHAIR));
      String position = client.send(order("o1")).position().orElseThrow();
      assertThat(client.get(lines("o1"), Map.of("Allocation-Position", position)).status())
          .isEqualTo(200);
      assertThat(viewsOf(client)).isEqualTo("UP");
      assertThat(installation.rows("SELECT count(*) FROM views.order_view").getFirst())
          .as("views beside the log")
          .containsExactly("0");

      sql.execute("ALTER DATABASE \"%s\" ALLOW_CONNECTIONS false".formatted(name));
      sql.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"
              .formatted(name));

      installation.eventually(
          "it is seen to be away", () -> assertThat(viewsOf(client)).isEqualTo("DOWN"));
      assertThat(client.status("/health/ready")).isEqualTo(200);
      assertThat(client.send(order("o2")).status()).isEqualTo(201);
      assertThat(client.status(lines("o2"))).isEqualTo(503);

      sql.execute("ALTER DATABASE \"%s\" ALLOW_CONNECTIONS true".formatted(name));

      installation.eventually(
          "the views have caught up", () -> assertThat(client.status(lines("o2"))).isEqualTo(200));
    }
  }

  private static Command order(String id) {
    return new Command.Allocate(new OrderId(id), CHAIR, 1);
  }

  private static String lines(String order) {
    return "/v1/orders/" + order + "/allocations";
  }

  private static String viewsOf(Client client) {
    JsonArray checks = client.get("/health/ready", Map.of()).body().getJsonArray("checks");
    return checks.stream()
        .map(JsonObject.class::cast)
        .filter(check -> check.getString("name").equals("views"))
        .map(check -> check.getString("status"))
        .findFirst()
        .orElse("not told");
  }

  /** Where not every address of the loopback network is one of the machine's it cannot be tried. */
  @EnabledOnOs(OS.LINUX)
  @Test
  void whether_it_is_alive_is_asked_at_the_address_that_it_has() {
    Map<String, String> settings =
        new HashMap<>(Map.of("HTTP_HOST", "127.0.0.2", "HTTP_PORT", String.valueOf(Ports.free())));
    try (Installation installation = new Installation("start")) {
      installation.start(settings);
      settings.putAll(installation.settings());

      assertThat(Main.run(new String[] {"health"}, settings)).isZero();
    }
    assertThat(Main.run(new String[] {"health"}, settings)).as("when it has stopped").isOne();
  }
}
