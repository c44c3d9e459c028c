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
import java.util.ArrayList;
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
  void starts_after_a_kill_takes_a_further_node_and_leaves_nothing_after_a_stop() throws Exception {
    String member = Integer.toString(Ports.free());
    environment.put("CLUSTER_MEMBERS", "127.0.0.1:" + member);
    environment.put("CLUSTER_PORT", member);
    environment.put("CLUSTER_NAME", "run-" + member);
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

    int port = Ports.free();
    Run node = run(Integer.toString(port));
    node.awaitReady();
    await().until(() -> metrics(port).contains("\nallocation_cluster_nodes 2.0\n"));
    node.process().destroy();
    assertThat(node.exitCode()).isEqualTo(143);
    assertThat(node.output()).endsWith("Service stopped\n");

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

  @Test
  void a_door_that_is_open_to_everybody_stops_the_start_before_any_server() throws Exception {
    environment.put("HTTP_HOST", "0.0.0.0");

    Run refused = run();

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output())
        .startsWith("everybody who reaches 0.0.0.0 (http.host) could allocate and change stock: ")
        .doesNotContain("PostgreSQL");
  }

  @Test
  void a_further_node_says_what_it_does_not_find() throws Exception {
    String port = Integer.toString(Ports.free());
    environment.put("CLUSTER_MEMBERS", "127.0.0.1:" + Ports.free());

    Run withoutServers = run(port);

    assertThat(withoutServers.exitCode()).isEqualTo(1);
    assertThat(withoutServers.output())
        .isEqualTo(
            """
            no PostgreSQL at port %s (POSTGRES_PORT): first run CLUSTER_MEMBERS=127.0.0.1 ./run in another terminal
            no Pulsar at port %s (PULSAR_PORT): first run CLUSTER_MEMBERS=127.0.0.1 ./run in another terminal
            """
                .formatted(environment.get("POSTGRES_PORT"), environment.get("PULSAR_PORT")));
    try (ServerSocket postgres = new ServerSocket(0);
        ServerSocket pulsar = new ServerSocket(0)) {
      environment.put("POSTGRES_PORT", Integer.toString(postgres.getLocalPort()));
      environment.put("PULSAR_PORT", Integer.toString(pulsar.getLocalPort()));

      Run besideOneThatIsAlone = run(port);

      assertThat(besideOneThatIsAlone.exitCode()).isEqualTo(1);
      assertThat(besideOneThatIsAlone.output())
          .startsWith("no node of a cluster at " + environment.get("CLUSTER_MEMBERS"))
          .endsWith("run CLUSTER_MEMBERS=127.0.0.1 ./run\n");
    }
    Run nowhere = run("everywhere");

    assertThat(nowhere.exitCode()).isEqualTo(1);
    assertThat(nowhere.output())
        .isEqualTo("HTTP_PORT must be a port from 1 to 65535, was everywhere\n");
  }

  private Run run(String... arguments) throws IOException {
    Path output = folder.resolve("output-" + ++runs);
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, RunLocal.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
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

  private static String metrics(int port) throws IOException, InterruptedException {
    HttpRequest get =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(get, HttpResponse.BodyHandlers.ofString()).body();
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
