package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** CPU seconds of process trees, from {@code /proc}; nothing where there is none. */
final class CpuTime {
  // USER_HZ, 100 on every Linux that a JDK runs on.
  private static final double TICKS_PER_SECOND = 100;

  private final Map<String, DoubleSupplier> clocks = new LinkedHashMap<>();

  /** Names a process. */
  void watch(String name, Supplier<ProcessHandle> process) {
    clocks.put(name, () -> ticks(process.get().pid(), false));
  }

  /** Names a process with its children, living and dead. */
  void watchTree(String name, Supplier<ProcessHandle> process) {
    clocks.put(name, () -> ofTree(process.get()));
  }

  /** A process that is to end. */
  void forget(String name) {
    clocks.remove(name);
  }

  /** CPU seconds until a moment, by name. */
  record Reading(Map<String, Double> seconds) {}

  Reading read() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    clocks.forEach((name, clock) -> seconds.put(name, clock.getAsDouble()));
    return new Reading(seconds);
  }

  /** CPU seconds spent since then, by name. */
  Map<String, Double> since(Reading before) {
    Map<String, Double> spent = new LinkedHashMap<>();
    read()
        .seconds()
        .forEach((name, now) ->
            spent.put(name, Math.max(0, now - before.seconds().getOrDefault(name, 0.0))));
    return spent;
  }

  private static double ofTree(ProcessHandle process) {
    try (Stream<ProcessHandle> children = process.descendants()) {
      return ticks(process.pid(), true) + children.mapToDouble(c -> ticks(c.pid(), false)).sum();
    }
  }

  /** CPU seconds of a process until now; none when it is not there. */
  static double seconds(long pid) {
    return ticks(pid, false);
  }

  private static double ticks(long pid, boolean withDeadChildren) {
    Path file = Path.of("/proc", Long.toString(pid), "stat");
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      String line = Files.readString(file);
      // After the name in parentheses: state is field 3; utime, stime, cutime, cstime are 14 to 17.
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      double ticks = Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
      if (withDeadChildren) {
        ticks += Double.parseDouble(fields[13]) + Double.parseDouble(fields[14]);
      }
      return ticks / TICKS_PER_SECOND;
    } catch (IOException e) {
      if (Files.exists(file)) {
        throw new UncheckedIOException(e);
      }
      return 0;
    }
  }
}
