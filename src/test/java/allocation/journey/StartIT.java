package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How a service starts, and how it does not. */
class StartIT {
  private static final Logger LOOPS = (Logger) LoggerFactory.getLogger("allocation.EventLoops");

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
      long asked = System.nanoTime();

      Client.Answer ready = client.get("/health/ready", Map.of());

      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.body().getJsonArray("checks").getJsonObject(1))
          .isEqualTo(
              new JsonObject()
                  .put("name", "pulsar")
                  .put("status", "DOWN")
                  .put("required", false)
                  .put("state", "not reachable"));
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofMillis(1_500));
    }
  }
}
