package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.NewKey;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service in a JVM of its own, with the log that is shipped, writes when it is told how. */
class LogSettingsIT {
  private static final String OURS = "allocation.";
  private static final String AUDIT = OURS + "audit";
  private static final int TERMINATED = 143;

  private final NewKey key = NewKey.make("shop", "manage-stock", new SecureRandom());

  @Test
  void the_audit_is_a_json_object_a_line_and_does_not_depend_on_the_level_of_all_else() {
    List<JsonObject> log = logOf("log-error", Map.of("LOG_FORMAT", "json", "LOG_LEVEL", "error"));

    assertThat(log)
        .filteredOn(line -> logger(line).equals(AUDIT))
        .singleElement()
        .satisfies(line ->
            assertThat(line.toString()).contains("key:shop", "CreateBatch", "LAMP", "accepted"));
    assertThat(log)
        .filteredOn(line -> !logger(line).equals(AUDIT) && logger(line).startsWith(OURS))
        .allMatch(line -> line.getString("level").equals("ERROR"));
  }

  @Test
  void the_audit_can_be_switched_off_by_itself_and_in_the_file(@TempDir Path folder)
      throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("allocation.yaml"),
            """
            log:
              format: json
              audit: off
            """);

    List<JsonObject> log = logOf("log-no-audit", Map.of("ALLOCATION_CONF", file.toString()));

    assertThat(log)
        .extracting(LogSettingsIT::logger)
        .anyMatch(logger -> logger.startsWith(OURS))
        .doesNotContain(AUDIT);
  }

  /**
   * All that the log says, a JSON object a line, from the start to the end, of a service that made
   * a batch.
   */
  private List<JsonObject> logOf(String name, Map<String, String> how) {
    try (Installation installation = new Installation("logs")) {
      Map<String, String> settings = new HashMap<>(installation.settings());
      settings.put("ACCESS_KEYS", key.line());
      settings.putAll(how);
      NodeProcess service = NodeProcess.begin(name, settings);
      try {
        service.awaitReady();
        assertThat(
                service
                    .client()
                    .raw(
                        "POST",
                        "/v1/batches",
                        "{\"ref\":\"b1\",\"sku\":\"LAMP\",\"quantity\":1}",
                        Map.of("Authorization", "Bearer " + key.key())))
            .startsWith("201 ");
        assertThat(service.terminate()).isEqualTo(TERMINATED);
      } finally {
        service.kill();
      }
      return service.said().stream()
          // To who started it by hand.
          .filter(line -> !line.startsWith("allocation: ready, "))
          .map(JsonObject::new)
          .toList();
    }
  }

  private static String logger(JsonObject line) {
    return line.getString("loggerName");
  }
}
