package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** What {@link ProcessHandle} lacks: signals by name, and waiting with a limit. */
public final class OsProcess {
  private OsProcess() {}

  /**
   * Sends a signal ({@code INT}, {@code KILL}, {@code STOP}, {@code CONT}) to one process; one that
   * has ended meanwhile is no fault.
   */
  public static void signal(String name, ProcessHandle process) {
    try {
      // The shell's own kill: not every system has it as a program.
      run(List.of("/bin/sh", "-c", "kill -" + name + " " + process.pid()));
    } catch (IllegalStateException e) {
      if (process.isAlive()) {
        throw e;
      }
    }
  }

  /** Sends a signal to a process and to all its descendants, the parent first. */
  static void signalTree(String name, ProcessHandle process) {
    try (Stream<ProcessHandle> tree = Stream.concat(Stream.of(process), process.descendants())) {
      tree.toList().forEach(one -> signal(name, one));
    }
  }

  /** Waits until the process is gone; false when it still runs after the limit. */
  static boolean hasEndedWithin(ProcessHandle process, Duration limit) {
    try {
      process.onExit().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).join();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof TimeoutException) {
        return !process.isAlive();
      }
      throw e;
    }
  }

  /** Kills what has not ended within the limit, and waits until it is gone. */
  static void endWithin(ProcessHandle process, Duration limit) {
    if (!hasEndedWithin(process, limit)) {
      signalTree("KILL", process);
      process.onExit().join();
    }
  }

  /** Runs a command to its end; fails with its output when it does not exit with 0. */
  public static String run(List<String> command) {
    Process process = null;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + " exited with " + exit + ":\n" + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst(), e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command.getFirst(), e);
    }
  }
}
