package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report in Markdown: targets, rows, machine, settings. */
final class Report {
  private static final List<String> PROCESSES =
      List.of(Rig.SERVICE, Rig.POSTGRES, Rig.PULSAR, Rig.NO_OP, Rig.TRANSACTIONS, Rig.LOAD);
  private static final String NOT_MEASURED = "–";

  /** What is less in each row is left out of a profile. */
  private static final double LEAST_SHOWN_MICROS = 0.2;

  private final Form form;
  private final Samples samples;
  private final Findings findings;
  private final JvmSettings jvm;
  private final String hugePages;

  /**
   * @param hugePages as {@link Rig#hugePages}
   */
  Report(Form form, Samples samples, Findings findings, JvmSettings jvm, String hugePages) {
    this.form = form;
    this.samples = samples;
    this.findings = findings;
    this.jvm = jvm;
    this.hugePages = hugePages;
  }

  /**
   * All of it.
   *
   * @param plots files beside the report, by what they show
   * @param checked what the checks found, in words
   */
  String text(Map<String, String> plots, List<String> checked) {
    StringBuilder out = new StringBuilder("# Benchmark\n\n");
    List<Target> targets = Targets.of(form, samples, findings);
    targets(out, targets);
    arithmetic(out, targets);
    profile(out);
    plots.forEach((shows, file) -> out.append("![%s](%s)%n%n".formatted(shows, file)));
    Samples.SERVERS.forEach(servers -> rows(out, servers));
    lag(out);
    checked.forEach(found -> out.append("Afterwards: ").append(found).append(".\n\n"));
    machine(out);
    return out.toString();
  }

  private static void targets(StringBuilder out, List<Target> targets) {
    out.append(
        """
        ## Targets

        They are for Pulsar stopped where both forms were measured.

        | measure | target | with Pulsar | Pulsar stopped | met |
        |---|---|---|---|---|
        """);
    for (Target target : targets) {
      out.append("| ").append(target.measure()).append(" | ").append(target.bound()).append(" |");
      for (String servers : Samples.SERVERS) {
        Double value = target.values().get(servers);
        out.append(' ').append(value == null ? NOT_MEASURED : Numbers.of(value)).append(" |");
      }
      out.append(' ')
          .append(target.isMet().map(met -> met ? "yes" : "**no**").orElse(NOT_MEASURED))
          .append(" |\n");
    }
    out.append('\n');
  }

  private void arithmetic(StringBuilder out, List<Target> targets) {
    List<Target> missed =
        targets.stream()
            .filter(target -> target.rate().isPresent() && !target.isMet().orElse(true))
            .toList();
    if (missed.isEmpty()) {
      return;
    }
    int processors = Runtime.getRuntime().availableProcessors();
    out.append(
        """
        ## Arithmetic

        What the missed rates would leave of %d processors for one answer, and what it took; microseconds
        of CPU. What is missing to all of both was idle, or went to other programs.

        | missed | answers a second needed | leaves | took | %s |
        |---|---|---|---|%s
        """
            .formatted(processors, String.join(" | ", PROCESSES), "---|".repeat(PROCESSES.size())));
    for (Target target : missed) {
      String servers = target.judged().orElseThrow();
      Target.Rate rate = target.rate().orElseThrow();
      double needed = rate.needed().applyAsDouble(servers);
      double took =
          PROCESSES.stream().mapToDouble(p -> samples.cpuMicros(servers, rate.row(), p)).sum();
      out.append(
          "| %s | %s | %s | %s |"
              .formatted(
                  target.measure(),
                  Numbers.of(needed),
                  Numbers.of(processors * 1e6 / needed),
                  Numbers.of(took)));
      cpu(out, servers, rate.row());
    }
    out.append('\n');
    floor(out);
  }

  /** What remains if deciding, the log's readers and the views cost nothing. */
  private void floor(StringBuilder out) {
    String batched = Samples.transactions(Samples.MANY_SKUS, SqlTransactions.BATCHED);
    for (String servers : Samples.SERVERS) {
      if (!samples.has(servers, batched) || !samples.has(servers, Samples.NO_OP)) {
        continue;
      }
      double http =
          samples.cpuMicros(servers, Samples.NO_OP, Rig.NO_OP)
              + samples.cpuMicros(servers, Samples.NO_OP, Rig.LOAD);
      double rows = samples.cpuMicros(servers, batched, Rig.POSTGRES);
      double most = Runtime.getRuntime().availableProcessors() * 1e6 / (http + rows);
      out.append(
          """
          The floor, %s: a request and its answer with nothing behind them take %s microseconds of CPU, the
          load generator's with them; the rows of a line, %s at a time and nothing else, take PostgreSQL %s. Together they
          leave at most %s lines a second, one a request: %s of the no-op's rate.

          """
              .formatted(
                  servers,
                  Numbers.of(http),
                  SqlTransactions.BATCH,
                  Numbers.of(rows),
                  Numbers.of(most),
                  Numbers.of(most / samples.perSecond(servers, Samples.NO_OP))));
    }
  }

  private void profile(StringBuilder out) {
    Map<String, Profile> profiles = findings.profiles();
    if (profiles.isEmpty()) {
      return;
    }
    out.append(
        """
        ## Profile

        Where the CPU of these rows went, microseconds for each answer (for bulk: for each line), Pulsar stopped.
        Service: by the innermost frame that says whom it works for, so that what a part has sent is its own.
        PostgreSQL: by the name of the session, or what a process of its own is for.

        """);
    table(out, "service", profiles, Profile::service);
    table(out, "PostgreSQL", profiles, Profile::postgres);
  }

  private static void table(
      StringBuilder out,
      String process,
      Map<String, Profile> profiles,
      Function<Profile, Map<String, Double>> partsOf) {
    out.append("| %s | %s |%n".formatted(process, String.join(" | ", profiles.keySet())))
        .append("|---|%s%n".formatted("---|".repeat(profiles.size())));
    Map<String, Double> largest = new HashMap<>();
    profiles.forEach((row, profile) ->
        partsOf.apply(profile).forEach((part, micros) -> largest.merge(part, micros, Math::max)));
    largest.entrySet().stream()
        .filter(part -> part.getValue() >= LEAST_SHOWN_MICROS)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(part -> {
          out.append("| %s |".formatted(part.getKey()));
          profiles.forEach((row, profile) ->
              out.append(
                  " %s |"
                      .formatted(
                          Numbers.of(partsOf.apply(profile).getOrDefault(part.getKey(), 0.0)))));
          out.append('\n');
        });
    out.append('\n');
  }

  private void rows(StringBuilder out, String servers) {
    List<String> rows = samples.rows().stream().filter(row -> samples.has(servers, row)).toList();
    if (rows.isEmpty()) {
      return;
    }
    out.append(
        """
        ## Rows, %s

        The rate is the median of the rounds; latencies are of all rounds, in milliseconds; CPU is in
        microseconds for each answer.

        | row | a second | p50 | p99 | p99.9 | failed | %s |
        |---|---|---|---|---|---|%s
        """
            .formatted(servers, String.join(" | ", PROCESSES), "---|".repeat(PROCESSES.size())));
    for (String row : rows) {
      out.append("| ").append(row).append(" | ");
      out.append(Numbers.of(samples.perSecond(servers, row))).append(" |");
      for (double percentile : List.of(50.0, 99.0, 99.9)) {
        out.append(' ')
            .append(
                samples.hasLatencies(servers, row)
                    ? Numbers.of(samples.percentileMs(servers, row, percentile))
                    : NOT_MEASURED)
            .append(" |");
      }
      out.append(' ').append(samples.failed(servers, row)).append(" |");
      cpu(out, servers, row);
    }
    out.append('\n');
  }

  private void cpu(StringBuilder out, String servers, String row) {
    for (String process : PROCESSES) {
      out.append(' ').append(Numbers.of(samples.cpuMicros(servers, row, process))).append(" |");
    }
    out.append('\n');
  }

  private void lag(StringBuilder out) {
    if (findings.lagMs(Followers.VIEWS, 50).isEmpty()) {
      return;
    }
    out.append(
        """
        ## Lag

        At 60 % of the rate with Pulsar: how old the oldest event was that a follower had yet to follow,
        milliseconds.

        | follower | p50 | p99 | most |
        |---|---|---|---|
        """);
    for (String follower : Followers.all()) {
      out.append("| ").append(follower).append(" |");
      for (double percentile : List.of(50.0, 99.0, 100.0)) {
        OptionalDouble ms = findings.lagMs(follower, percentile);
        out.append(' ')
            .append(ms.isPresent() ? Numbers.of(ms.getAsDouble()) : NOT_MEASURED)
            .append(" |");
      }
      out.append('\n');
    }
    out.append('\n');
  }

  private void machine(StringBuilder out) {
    out.append("## Machine and settings\n\n")
        .append("- ")
        .append(Runtime.getRuntime().availableProcessors())
        .append(" processors, ")
        .append(processor())
        .append(", ")
        .append(Memory.ofMachineMiB() / 1024)
        .append(" GiB of memory")
        .append("; load generator, service and servers share them\n")
        .append("- ")
        .append(System.getProperty("os.name"))
        .append(' ')
        .append(System.getProperty("os.version"))
        .append(writeback())
        .append(", JDK ")
        .append(Runtime.version())
        .append("\n- service: ")
        .append(String.join(" ", jvm.serviceOptions()))
        .append("\n- PostgreSQL: embedded, fsync and synchronous_commit on, shared_buffers ")
        .append(Rig.SHARED_BUFFERS)
        .append(" with huge_pages_status ")
        .append(hugePages)
        .append(", max_wal_size and min_wal_size ")
        .append(Rig.WAL_SIZE)
        .append(", of which each file has been written before")
        .append('\n');
  }

  /** When the kernel writes what PostgreSQL has given it. */
  private static String writeback() {
    return linesOf(Path.of("/proc/sys/vm/dirty_expire_centisecs"))
        .map(expire -> " with vm.dirty_expire_centisecs " + expire)
        .collect(Collectors.joining());
  }

  private static String processor() {
    return linesOf(Path.of("/proc/cpuinfo"))
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("of an unknown kind");
  }

  /** Nothing where there is no such file. */
  private static Stream<String> linesOf(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file).stream() : Stream.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
