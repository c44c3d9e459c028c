package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunLocalIT {
  private final Map<String, String> environment =
      new TreeMap<>(
          Map.of(
              "HTTP_PORT", Integer.toString(Ports.free()),
              "POSTGRES_PORT", Integer.toString(Ports.free()),
              "PULSAR_PORT", Integer.toString(Ports.free()),
              "PULSAR_WEB_PORT", Integer.toString(Ports.free())));
  @TempDir private Path folder;
  private int runs;

  @AfterEach
  void leave_nothing() {
    new PostgresServer(folder.resolve("data"), 0).stop();
    new PulsarServer(folder.resolve("data"), 0, 0).stopOrphan();
  }

  @Test
  void starts_after_a_kill_and_leaves_nothing_after_a_stop() throws Exception {
    Run killed = run();
    killed.awaitReady();
    assertThat(createBatch()).as("made").isEqualTo(201);
    List<ProcessHandle> orphans = servers(killed);
    killed.process().destroyForcibly().waitFor();

    Run next = run();
    next.awaitReady();
    assertThat(orphans).hasSize(2).noneMatch(ProcessHandle::isAlive);

    assertThat(createBatch()).as("is there already").isEqualTo(200);

    Run second = run();
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.output())
        .isEqualTo(
            "the data folder %s is in use by process %d\n"
                .formatted(folder.resolve("data"), next.process().pid()));

    List<ProcessHandle> servers = servers(next);
    next.process().destroy();
    assertThat(next.exitCode()).isEqualTo(143);
    assertThat(next.output()).endsWith("Service stopped\nPulsar stopped\nPostgreSQL stopped\n");
    // The system may take a moment to bury PostgreSQL, which is no child of anybody here.
    await().until(() -> servers.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void each_port_that_is_taken_is_one_line() throws Exception {
    try (ServerSocket http = new ServerSocket(0);
        ServerSocket pulsar = new ServerSocket(0)) {
      environment.put("HTTP_PORT", Integer.toString(http.getLocalPort()));
      environment.put("PULSAR_PORT", Integer.toString(pulsar.getLocalPort()));

      Run refused = run();

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.output())
          .isEqualTo(
              """
              port %d is in use (HTTP_PORT): stop what listens there, or set HTTP_PORT to a free port
              port %d is in use (PULSAR_PORT): stop what listens there, or set PULSAR_PORT to a free port
              """
                  .formatted(http.getLocalPort(), pulsar.getLocalPort()));
    }
  }

  @Test
  void a_port_that_is_no_number_is_one_line() throws Exception {
    environment.put("POSTGRES_PORT", "postgres");

    Run refused = run();

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output())
        .isEqualTo("POSTGRES_PORT must be a port from 1 to 65535, was postgres\n");
  }

  @Test
  void a_bad_setting_stops_the_start_before_any_server() throws Exception {
    environment.put("HTTP_REPLY_TIMEOUT_MS", "soon");

    Run refused = run();

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output())
        .contains("HTTP_REPLY_TIMEOUT_MS")
        .contains("'soon'")
        .doesNotContain("PostgreSQL");
  }

  private Run run() throws IOException {
    Path output = folder.resolve("output-" + ++runs);
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                RunLocal.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("POSTGRES_URI", "PULSAR_SERVICE_URL"));
    builder.environment().putAll(environment);
    builder.environment().put("ALLOCATION_DATA", folder.resolve("data").toString());
    return new Run(builder.start(), output);
  }

  private int createBatch() throws IOException, InterruptedException {
    HttpRequest create =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + environment.get("HTTP_PORT") + "/v1/batches"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    """
                    {"ref": "kept", "sku": "RED-CHAIR", "quantity": 10}
                    """))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(create, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  private List<ProcessHandle> servers(Run run) throws IOException {
    String postgres = Files.readAllLines(folder.resolve("data/postgres/postmaster.pid")).getFirst();
    try (Stream<ProcessHandle> children = run.process().children()) {
      return Stream.concat(children, ProcessHandle.of(Long.parseLong(postgres)).stream()).toList();
    }
  }

  private record Run(Process process, Path outputFile) {
    void awaitReady() {
      await()
          .atMost(Duration.ofMinutes(4))
          .until(() -> !process.isAlive() || output().contains("Ready in "));
      assertThat(output()).contains("Ready in ");
    }

    int exitCode() throws InterruptedException {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended").isTrue();
      return process.exitValue();
    }

    String output() {
      try {
        return Files.readString(outputFile, UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
