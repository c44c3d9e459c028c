package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Looks where the CPU goes while a row runs: in the service by the JDK's own profiler, in
 * PostgreSQL by the clocks of its processes. Rows that are profiled are not the rows that count.
 */
final class Profiler {
  /** The JDK that can tell CPU time by stack, on Linux. */
  private static final int SINCE_JDK = 25;

  private static final String EVENT = "jdk.CPUTimeSample";
  private static final String RECORDING = "benchmark";

  /** Every thread by itself is asked this often, of the time that it works. */
  private static final String SETTINGS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <configuration version="2.0">
        <event name="%s">
          <setting name="enabled">true</setting>
          <setting name="throttle">4ms</setting>
          <setting name="stackTrace">true</setting>
        </event>
      </configuration>
      """
          .formatted(EVENT);

  private static final String SESSIONS =
      """
      SELECT pid, CASE backend_type WHEN 'client backend' THEN application_name ELSE backend_type END
      FROM pg_stat_activity
      """;

  /** The benchmark's own. */
  private static final String JDBC = "PostgreSQL JDBC Driver";

  private final Path folder;
  private final ServiceProcess service;

  Profiler(Path folder, ServiceProcess service) {
    this.folder = folder;
    this.service = service;
  }

  /** Whether this JDK on this system can do it. */
  static boolean isPossible() {
    return Runtime.version().feature() >= SINCE_JDK
        && System.getProperty("os.name").equals("Linux")
        && Files.isExecutable(jcmd());
  }

  private static Path jcmd() {
    return Path.of(System.getProperty("java.home"), "bin", "jcmd");
  }

  /**
   * Where it went while this load ran.
   *
   * @param parts of each answer: the CPU is for one of them
   */
  Profile during(Supplier<LoadGenerator.Result> load, int parts) {
    Path settings = folder.resolve("profile.jfc");
    Path recording = folder.resolve("profile.jfr");
    try {
      Files.writeString(settings, SETTINGS);
      jcmd("JFR.start", "name=" + RECORDING, "settings=" + settings.toAbsolutePath());
      Map<Session, Double> sessionsBefore = sessions();
      double serviceBefore = CpuTime.seconds(service.handle().pid());

      LoadGenerator.Result result = load.get();

      double spent = CpuTime.seconds(service.handle().pid()) - serviceBefore;
      Map<Session, Double> sessionsAfter = sessions();
      jcmd("JFR.stop", "name=" + RECORDING, "filename=" + recording.toAbsolutePath());
      double answers = (double) result.answers() * parts;
      return new Profile(
          micros(ofService(recording, spent), answers),
          micros(ofSessions(sessionsBefore, sessionsAfter), answers));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Session(long pid, String name) {}

  private Map<Session, Double> sessions() {
    Map<Session, Double> seconds = new HashMap<>();
    try (Connection sql = service.followers().connect();
        Statement statement = sql.createStatement();
        ResultSet rows = statement.executeQuery(SESSIONS)) {
      while (rows.next()) {
        long pid = rows.getLong(1);
        seconds.put(new Session(pid, rows.getString(2)), CpuTime.seconds(pid));
      }
      return seconds;
    } catch (SQLException e) {
      throw new IllegalStateException(SESSIONS, e);
    }
  }

  /** One that has come meanwhile has spent all that it has. */
  private static Map<String, Double> ofSessions(
      Map<Session, Double> before, Map<Session, Double> after) {
    Map<String, Double> seconds = new HashMap<>();
    after.forEach((session, now) -> {
      if (!session.name().equals(JDBC)) {
        seconds.merge(session.name(), now - before.getOrDefault(session, 0.0), Double::sum);
      }
    });
    return seconds;
  }

  private static Map<String, Double> ofService(Path recording, double spent) throws IOException {
    Map<String, Double> seconds = new HashMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
      if (event.getEventType().getName().equals(EVENT)) {
        seconds.merge(
            event.getStackTrace() == null
                ? Parts.NOT_KNOWN
                : Parts.of(types(event.getStackTrace())),
            event.getDuration("samplingPeriod").toNanos() / 1e9,
            Double::sum);
      }
    }
    double sampled = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    seconds.put(Parts.JVM, Math.max(0, spent - sampled));
    return seconds;
  }

  private static List<String> types(RecordedStackTrace stack) {
    return stack.getFrames().stream().map(frame -> frame.getMethod().getType().getName()).toList();
  }

  private static Map<String, Double> micros(Map<String, Double> seconds, double answers) {
    Map<String, Double> micros = new HashMap<>();
    seconds.forEach((name, spent) -> micros.put(name, spent * 1e6 / answers));
    return micros;
  }

  private void jcmd(String... words) {
    List<String> command =
        new ArrayList<>(List.of(jcmd().toString(), Long.toString(service.handle().pid())));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + ": " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
