package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.Main;
import allocation.embedded.OsProcess;
import allocation.embedded.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A node of the service in a JVM of its own, with its output in {@code target/cluster}. */
final class NodeProcess {
  private static final Path LOGS = Path.of("target", "cluster");

  /** As in the manifest of the jar, and in {@code run}. */
  private static final List<String> OPENED =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.management/sun.management=ALL-UNNAMED",
          "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");

  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  private final String name;
  private final Class<?> main;
  private final Map<String, String> environment;
  private final int port = Ports.free();
  private final Client client = new Client(port);
  private Process process;

  private NodeProcess(String name, Class<?> main, Map<String, String> environment) {
    this.name = name;
    this.main = main;
    this.environment = environment;
  }

  /** Starts a node and waits until it is ready. */
  static NodeProcess start(String name, Map<String, String> environment) {
    return start(name, Main.class, environment);
  }

  /** The same with another main class, that of another version say. */
  static NodeProcess start(String name, Class<?> main, Map<String, String> environment) {
    NodeProcess node = new NodeProcess(name, main, environment);
    node.begin();
    node.awaitReady();
    return node;
  }

  /** Begins to start it; for several at once. */
  static NodeProcess begin(String name, Map<String, String> environment) {
    NodeProcess node = new NodeProcess(name, Main.class, environment);
    node.begin();
    return node;
  }

  void begin() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPENED);
    command.addAll(
        List.of(
            "-Xmx256m",
            // Fast to start is what counts here.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=conf/logback.xml",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    try {
      Files.createDirectories(LOGS);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
      builder.environment().putAll(environment);
      builder.environment().put("HTTP_HOST", "127.0.0.1");
      builder.environment().put("HTTP_PORT", String.valueOf(port));
      process = builder.start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    Awaitility.await(name + " is ready")
        .atMost(START_LIMIT)
        .until(() -> {
          assertThat(process.isAlive()).as("%s runs, see %s", name, log()).isTrue();
          return client.status("/health/ready") == 200;
        });
  }

  String name() {
    return name;
  }

  int port() {
    return port;
  }

  Client client() {
    return client;
  }

  Path log() {
    return LOGS.resolve(name + ".log");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks it to stop, as an orchestrator does, and returns its exit code. */
  int terminate() {
    process.destroy();
    Awaitility.await(name + " stops").atMost(STOP_LIMIT).until(() -> !process.isAlive());
    return process.exitValue();
  }

  void signal(String signal) {
    OsProcess.signal(signal, process.toHandle());
  }

  /** Ends it at once, with all it had not told. */
  void kill() {
    process.destroyForcibly();
    Awaitility.await(name + " dies").until(() -> !process.isAlive());
  }
}
