package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A start that fails. */
class StartIT {
  private static final String SESSIONS =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """;

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
}
