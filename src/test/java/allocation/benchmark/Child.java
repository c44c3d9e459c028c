package allocation.benchmark;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process of the benchmark; ends with it. */
final class Child implements AutoCloseable {
  /** What an answer begins with. */
  static final String ANSWER = "answer: ";

  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  /** Also how exactly the time of a start is known. */
  private static final Duration POLL_INTERVAL = Duration.ofMillis(5);

  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;

  private Child(Process process) {
    this.process = process;
    this.out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
    this.in = new BufferedWriter(process.outputWriter(StandardCharsets.UTF_8));
  }

  /** Runs {@code java} with these arguments; what it says goes to the log. */
  static Child java(Path log, Map<String, String> environment, List<String> arguments) {
    return start(log, environment, arguments, ProcessBuilder.Redirect.appendTo(log.toFile()));
  }

  /** The same for one that is talked to. */
  static Child talkingJava(Path log, List<String> arguments) {
    return start(log, Map.of(), arguments, ProcessBuilder.Redirect.PIPE);
  }

  private static Child start(
      Path log,
      Map<String, String> environment,
      List<String> arguments,
      ProcessBuilder.Redirect output) {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectOutput(output);
    builder.environment().putAll(environment);
    try {
      Child child = new Child(builder.start());
      Runtime.getRuntime().addShutdownHook(new Thread(child.process::destroyForcibly));
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until {@code /health/ready} says yes. */
  Child untilReady(int port) {
    await("ready on port " + port)
        .atMost(START_LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL_INTERVAL)
        .until(() -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("ended with " + process.exitValue());
          }
          return isReady(port);
        });
    return this;
  }

  /** Says a line and returns the answer's. */
  String ask(String line) {
    try {
      in.write(line);
      in.newLine();
      in.flush();
      // It may log something in between.
      for (String said = out.readLine(); said != null; said = out.readLine()) {
        if (said.startsWith(ANSWER)) {
          return said.substring(ANSWER.length());
        }
      }
      throw new IllegalStateException("no answer to " + line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Asks it to stop and waits. */
  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  private static boolean isReady(int port) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:%d/health/ready".formatted(port))
                  .toURL()
                  .openConnection();
      connection.setConnectTimeout(1_000);
      // More than the service itself waits for a server that is away.
      connection.setReadTimeout(5_000);
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
