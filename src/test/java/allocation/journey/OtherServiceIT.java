package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** Another JVM, with nothing of ours but the client, against the whole service. */
class OtherServiceIT {
  private static final String KEY = "a-key-for-this-test-alone";

  @Test
  void another_jvm_sends_asks_and_listens_over_the_bridge() throws Exception {
    try (Installation installation = new Installation("other_service")) {
      int port = Ports.free();
      installation.start(Map.of("BRIDGE_PORT", String.valueOf(port), "BRIDGE_COMMANDS_KEY", KEY));

      List<String> output =
          ClientArtifact.runCheckout(List.of("tcp", "127.0.0.1", String.valueOf(port), KEY));

      assertCheckedOut(output);
      assertThat(installation.rows("SELECT order_id, quantity, batch_ref FROM order_line"))
          .containsExactly(List.of("order-1", "8", "batch-1"));
      assertThat(installation.log()).hasSize(3);
      assertThat(
              installation.rows(
                  "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                      + " AND application_name = 'allocation-log'"))
          .as("sessions for who reads the log from outside")
          .containsAnyOf(List.of("1"), List.of("2"));
    }
  }

  @Test
  void the_client_has_its_own_packages_and_few_libraries() throws IOException {
    assertThat(packages(ClientArtifact.jar()))
        .containsExactlyInAnyOrder("bus", "client", "domain", "jgroups", "json", "wire");
    assertThat(ClientArtifact.libraries())
        .allSatisfy(jar ->
            assertThat(Path.of(jar).getFileName().toString())
                .matches(
                    "(vertx-core|netty|jackson|slf4j-api|jspecify|vertx-core-logging|jgroups).*"));
  }

  @Test
  void the_service_does_not_have_the_client() throws IOException {
    assertThat(packages(Path.of("target/allocation.jar")))
        .contains("bridge", "domain", "http", "wire")
        .doesNotContain("client", "given", "embedded");
  }

  /**
   * What {@code shop.Checkout} prints when all is well; the order of its events is that of the log.
   */
  static void assertCheckedOut(List<String> output) {
    assertThat(output)
        .anySatisfy(line -> assertThat(line).startsWith("created Accepted"))
        .anySatisfy(line -> assertThat(line).startsWith("allocated Accepted"))
        .anySatisfy(line -> assertThat(line).startsWith("again Repeated"))
        .contains("refused Refused[refusal=NoStock[largest=2, total=2], replayed=false]")
        .anySatisfy(
            line -> assertThat(line).startsWith("view ProductStock[sku=RED-CHAIR, available=2"))
        .anySatisfy(line -> assertThat(line).startsWith("handled {").contains("=3"));
    assertThat(
            output.stream()
                .filter(line -> line.startsWith("event "))
                .map(line -> line.split("\\[", 2)[0]))
        .containsExactly("event 1 BatchCreated", "event 2 Allocated", "event 3 OutOfStock");
  }

  private static List<String> packages(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.matches("allocation/[a-z]+/.*class"))
          .map(name -> name.split("/", 3)[1])
          .distinct()
          .toList();
    }
  }
}
