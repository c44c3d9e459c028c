package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A real PostgreSQL on 127.0.0.1 that keeps its data in a folder and answers only after what it
 * says is on the disk. It outlives the process that started it until {@link #stop}, or until the
 * next start on its folder; it has a session of its own, so that Ctrl-C in a terminal does not
 * reach it before the service has drained.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final PostgresBinaries binaries;
  private final Path data;
  private final Path log;
  private final int port;
  private final List<String> settings = new ArrayList<>();

  /**
   * A server that is not started yet.
   *
   * @param folder keeps the data ({@code postgres}) and the log ({@code postgres.log})
   * @param port TCP port on 127.0.0.1
   */
  public PostgresServer(Path folder, int port) {
    this.binaries = PostgresBinaries.in(Path.of("target", "postgres-binaries"));
    this.data = folder.toAbsolutePath().resolve("postgres");
    this.log = folder.toAbsolutePath().resolve("postgres.log");
    this.port = port;
  }

  /** With a setting of {@code postgresql.conf} for its next start. */
  public PostgresServer with(String setting, String value) {
    settings.add("-c %s='%s'".formatted(setting, value));
    return this;
  }

  /** Reads the files again that its settings name: certificates, for instance. */
  public void reload() {
    pgCtl("reload");
  }

  /** Starts the server and returns when it answers; fails with the end of its log. */
  public void start() {
    stop();
    if (!Files.exists(data)) {
      initialise();
    }
    LogTail.setAside(log);
    await("PostgreSQL on port " + port)
        .atMost(START_LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(200))
        .until(this::hasStarted);
    database().createIfMissing(PostgresDatabase.NAME);
  }

  int port() {
    return port;
  }

  /** Where the server is reached, whether it runs or not. */
  public PostgresDatabase database() {
    return new PostgresDatabase("127.0.0.1", port);
  }

  /**
   * Ends the sessions and stops the server, also one that a killed process has left on this folder;
   * returns when it has let go of the folder and the port. A stopped one is no fault.
   */
  public void stop() {
    postmaster()
        .ifPresent(postmaster -> {
          OsProcess.signalTree("CONT", postmaster);
          pgCtl("stop", "--mode=fast", "--wait", "--timeout=" + STOP_LIMIT.toSeconds());
        });
  }

  /** Same as {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  /** Kills the server as a crash would: nothing is flushed, its sessions break. */
  public void kill() {
    ProcessHandle postmaster = running();
    OsProcess.signal("KILL", postmaster);
    postmaster.onExit().join();
  }

  /** Freezes the server with all its sessions: connections stay open and nothing answers. */
  public void freeze() {
    OsProcess.signalTree("STOP", running());
  }

  /** Lets a frozen server go on. */
  public void thaw() {
    OsProcess.signalTree("CONT", running());
  }

  /** The process whose children serve the sessions; fails when it does not run. */
  public ProcessHandle process() {
    return running();
  }

  private void initialise() {
    Path unfinished = data.resolveSibling("postgres.unfinished");
    Path password = data.resolveSibling("postgres.password");
    try {
      PostgresBinaries.delete(unfinished);
      Files.createDirectories(data.getParent());
      Files.writeString(password, PostgresDatabase.PASSWORD, UTF_8);
      OsProcess.run(
          binaries.command(
              "initdb",
              List.of(
                  "--pgdata=" + unfinished,
                  "--username=" + PostgresDatabase.USER,
                  "--pwfile=" + password,
                  "--auth=scram-sha-256",
                  "--encoding=UTF8",
                  "--no-locale")));
      Files.delete(password);
      Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a database in " + data, e);
    }
  }

  /** Tries to start; false while the children of a killed server have not seen that it is gone. */
  private boolean hasStarted() {
    String options =
        String.join(
            " ",
            "-p " + port,
            "-h 127.0.0.1",
            "-c unix_socket_directories=''",
            "-c max_connections=300",
            "-c fsync=on",
            "-c synchronous_commit=on",
            String.join(" ", settings));
    try {
      forgetReusedPid();
      pgCtl(
          "start",
          "--wait",
          "--timeout=" + START_LIMIT.toSeconds(),
          "--log=" + log,
          "--options=" + options);
      return true;
    } catch (IllegalStateException e) {
      if (LogTail.of(log, 10).contains("shared memory block")) {
        return false;
      }
      throw new IllegalStateException(
          "PostgreSQL did not start on port " + port + ":\n" + LogTail.of(log, 20), e);
    }
  }

  /** Lets a start pass where the pid of a killed server now belongs to some other program. */
  private void forgetReusedPid() {
    if (pid().flatMap(ProcessHandle::of).isPresent() && postmaster().isEmpty()) {
      try {
        Files.delete(data.resolve("postmaster.pid"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void pgCtl(String action, String... arguments) {
    List<String> all = new ArrayList<>(List.of(action, "--pgdata=" + data));
    all.addAll(List.of(arguments));
    OsProcess.run(binaries.command("pg_ctl", all));
  }

  private ProcessHandle running() {
    return postmaster()
        .orElseThrow(() -> new IllegalStateException("no PostgreSQL runs on " + data));
  }

  private Optional<ProcessHandle> postmaster() {
    return pid()
        .flatMap(ProcessHandle::of)
        .filter(ProcessHandle::isAlive)
        .filter(process -> process.info().command().orElse("").endsWith("postgres"));
  }

  private Optional<Long> pid() {
    Path file = data.resolve("postmaster.pid");
    try {
      return Files.exists(file)
          ? Files.readAllLines(file, UTF_8).stream().findFirst().map(Long::valueOf)
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
