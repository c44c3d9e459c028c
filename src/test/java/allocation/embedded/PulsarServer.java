package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A real Pulsar on 127.0.0.1, in a JVM of its own with a class path of its own, that keeps its data
 * in a folder. It ignores Ctrl-C, so that the service can drain first, and stops by itself when the
 * process that started it is gone, however it went.
 */
public final class PulsarServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final Path BUILT = Path.of("target", "pulsar-server");
  private static final Path JAR = BUILT.resolve("pulsar-server-1.0.0.jar");
  private static final Path ARCHIVE = BUILT.resolve("pulsar.jsa");

  private final Path folder;
  private final Path log;
  private final int port;
  private final int webPort;
  private final Map<String, String> more = new TreeMap<>();
  private boolean optimized;
  private volatile @Nullable Process process;

  /**
   * A server that is not started yet.
   *
   * @param folder keeps the data ({@code pulsar}) and the log ({@code pulsar.log})
   * @param port TCP port of the broker on 127.0.0.1
   * @param webPort TCP port of its REST API on 127.0.0.1
   */
  public PulsarServer(Path folder, int port, int webPort) {
    this.folder = folder.toAbsolutePath().resolve("pulsar");
    this.log = folder.toAbsolutePath().resolve("pulsar.log");
    this.port = port;
    this.webPort = webPort;
  }

  /** Lets it compile for speed, which pays where it is measured or lives for long. */
  public PulsarServer optimized() {
    optimized = true;
    return this;
  }

  /** With a setting of {@code broker.conf} for its next start. */
  public PulsarServer with(String setting, String value) {
    more.put(setting, value);
    return this;
  }

  /** Starts the server and returns when it can be used; fails with the end of its log. */
  public void start() {
    stopOrphan();
    LogTail.setAside(log);
    try {
      Files.createDirectories(folder);
      Process started = new ProcessBuilder(command()).redirectError(log.toFile()).start();
      process = started;
      PidFile.write(pidFile(), started.toHandle());
      awaitReady(started);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start Pulsar in " + folder, e);
    }
  }

  int port() {
    return port;
  }

  int webPort() {
    return webPort;
  }

  /** The broker's address, whether it runs or not. */
  public String serviceUrl() {
    return "pulsar://127.0.0.1:" + port;
  }

  /** The REST API's address. */
  public String adminUrl() {
    return "http://127.0.0.1:" + webPort;
  }

  /** The server's process; fails when it does not run. */
  public ProcessHandle process() {
    return running();
  }

  /** Stops the server in order; returns when it is gone. A stopped one is no fault. */
  public void stop() {
    Process running = process;
    if (running != null) {
      try {
        // The end of its input is the word to stop.
        running.getOutputStream().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      OsProcess.endWithin(running.toHandle(), STOP_LIMIT);
      process = null;
    }
  }

  /** Same as {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  /**
   * Kills the server as a crash would, but not within a write: half a message is what only a second
   * copy makes good, and this server keeps one.
   */
  public void kill() {
    ProcessHandle running = running();
    // A write of what is stopped comes to its end; one of what is killed need not.
    OsProcess.signal("STOP", running);
    OsProcess.signal("KILL", running);
    running.onExit().join();
    process = null;
  }

  /** Freezes the server: connections stay open and nothing answers. */
  public void freeze() {
    OsProcess.signal("STOP", running());
  }

  /** Lets a frozen server go on. */
  public void thaw() {
    OsProcess.signal("CONT", running());
  }

  /** Waits until the server has ended, asked to or not. */
  void awaitEnd() {
    running().onExit().join();
  }

  /** Waits for the server that a killed process left on this folder to stop, or stops it. */
  void stopOrphan() {
    PidFile.read(pidFile())
        .ifPresent(orphan -> {
          OsProcess.signal("CONT", orphan);
          OsProcess.endWithin(orphan, STOP_LIMIT);
        });
  }

  private void awaitReady(Process started) {
    CompletableFuture<Boolean> ready = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("pulsar-ready").start(() -> readUntilReady(started, ready));
    String fault;
    try {
      if (ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        return;
      }
      fault = "ended";
    } catch (TimeoutException e) {
      fault = "was not ready after " + START_LIMIT.toSeconds() + " s";
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot hear from Pulsar", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fault = "was given up";
    }
    process = null;
    started.destroyForcibly();
    throw new IllegalStateException(
        "Pulsar on port " + port + " " + fault + ":\n" + LogTail.of(log, 20));
  }

  private static void readUntilReady(Process started, CompletableFuture<Boolean> ready) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(started.getInputStream(), UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.equals("ready")) {
        line = lines.readLine();
      }
      ready.complete(line != null);
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private List<String> command() throws IOException {
    List<String> command = new ArrayList<>();
    // A JVM that starts with a signal ignored leaves it so.
    command.addAll(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "pulsar"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:MaxDirectMemorySize=192m",
            "-XX:+UseSerialGC",
            // Or it would complain of an archive that another JDK made, and do without it.
            "-Xlog:disable",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED"));
    if (!optimized) {
      // It lives for minutes: what the second compiler would gain is less than it costs.
      command.add("-XX:TieredStopAtLevel=1");
    }
    if (Runtime.version().feature() >= 24) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (Files.exists(ARCHIVE)) {
      command.add("-XX:SharedArchiveFile=" + ARCHIVE.toAbsolutePath());
    }
    command.add(
        "-Dlog4j2.configurationFile=" + Path.of("src", "pulsar-server", "log4j2.xml").toUri());
    command.addAll(List.of("-cp", classPath(), "PulsarProcess"));
    command.addAll(
        List.of(
            "--config=" + writeConfiguration(),
            "--metadata-dir=" + folder.resolve("metadata"),
            "--bookkeeper-dir=" + folder.resolve("bookkeeper"),
            "--no-functions-worker",
            "--no-stream-storage"));
    return command;
  }

  private static String classPath() throws IOException {
    Path resolved = BUILT.resolve("classpath");
    if (!Files.exists(resolved)) {
      throw new IllegalStateException(
          resolved + " is missing; ./mvnw -Prun process-test-classes makes it");
    }
    return JAR.toAbsolutePath() + File.pathSeparator + Files.readString(resolved, UTF_8).strip();
  }

  private Path writeConfiguration() throws IOException {
    Map<String, String> settings = new TreeMap<>(PulsarSettings.BROKER);
    settings.putAll(PulsarSettings.ONE_BOOKIE);
    settings.putAll(PulsarSettings.ONE_SMALL_NODE);
    settings.put("brokerServicePort", Integer.toString(port));
    settings.put("webServicePort", Integer.toString(webPort));
    settings.putAll(more);
    String text =
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
            .collect(Collectors.joining());
    return Files.writeString(folder.resolve("standalone.conf"), text, UTF_8);
  }

  private ProcessHandle running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("no Pulsar runs on " + folder);
    }
    return running.toHandle();
  }

  private Path pidFile() {
    return folder.resolve("pid");
  }
}
