package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
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
    List<ProcessHandle> orphans = servers(killed);
    killed.process().destroyForcibly().waitFor();

    Run next = run();
    next.awaitReady();
    assertThat(orphans).hasSize(2).noneMatch(ProcessHandle::isAlive);

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
    environment.put("HTTP_PORT", "http");

    Run refused = run();

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output()).isEqualTo("HTTP_PORT must be a port from 1 to 65535, was http\n");
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
