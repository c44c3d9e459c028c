package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.Main;
import allocation.embedded.OsProcess;
import allocation.embedded.Ports;
import allocation.given.HeapUse;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

  private static final List<String> OPENED =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  private final String name;
  private final Class<?> main;
  private final Map<String, String> environment;
  private final List<String> prefix;
  private final String host;
  private final int port = Ports.free();
  private final Client client;
  private Process process;
  private long bytesBefore;

  private NodeProcess(
      String name, Class<?> main, Map<String, String> environment, List<String> prefix) {
    this.name = name;
    this.main = main;
    this.environment = environment;
    this.prefix = prefix;
    this.host = environment.getOrDefault("HTTP_HOST", "127.0.0.1");
    this.client = new Client(host, port);
  }

  /** Begins to start a node; for several at once. */
  static NodeProcess begin(String name, Map<String, String> environment) {
    return begin(name, Main.class, environment, List.of());
  }

  /**
   * The same in full.
   *
   * @param main of another version, say
   * @param prefix a command that runs the JVM, in another network say
   */
  static NodeProcess begin(
      String name, Class<?> main, Map<String, String> environment, List<String> prefix) {
    NodeProcess node = new NodeProcess(name, main, environment, prefix);
    node.begin();
    return node;
  }

  void begin() {
    List<String> command = new ArrayList<>(prefix);
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
      bytesBefore = Files.exists(log()) ? Files.size(log()) : 0;
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
      builder.environment().putAll(environment);
      builder.environment().put("HTTP_HOST", host);
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

  /** Host and port of its HTTP. */
  SocketAddress address() {
    return SocketAddress.inetSocketAddress(port, host);
  }

  Client client() {
    return client;
  }

  Path log() {
    return LOGS.resolve(name + ".log");
  }

  /** The lines that it has written since it was begun, to either output. */
  List<String> said() {
    try {
      byte[] log = Files.readAllBytes(log());
      int before = Math.toIntExact(bytesBefore);
      return new String(log, before, log.length - before, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of its heap that are used after a full collection. */
  long heapInUse() {
    return HeapUse.afterFullCollection(process.toHandle());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks it to stop, as an orchestrator does, and returns its exit code. */
  int terminate() {
    process.destroy();
    return awaitEnd(STOP_LIMIT);
  }

  /** Waits until one that cannot start has given up, and returns its exit code. */
  int awaitEnd() {
    return awaitEnd(START_LIMIT);
  }

  private int awaitEnd(Duration limit) {
    Awaitility.await(name + " ends").atMost(limit).until(() -> !process.isAlive());
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
