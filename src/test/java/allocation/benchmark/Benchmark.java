package allocation.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures the service against what it could be and against what one would write without it, checks
 * that what was answered is what is stored, and writes a report.
 */
public final class Benchmark {
  private static final Path FOLDER = Path.of("target", "benchmark");
  private static final String FULL = "full";
  private static final String DECISION = "decision";
  private static final String NODES = "nodes";
  private static final String ACCESS = "access";
  private static final String OVERLOAD = "overload";
  private static final String RATES = "rates";
  private static final String LAG = "lag";
  private static final String GROWTH = "growth";
  private static final List<String> PARTS = List.of(RATES, LAG, GROWTH);

  private final Form form;
  private final Rig rig;
  private final Answers answers = new Answers();
  private final Samples samples = new Samples();
  private final Findings findings = new Findings();
  private final List<String> checked = new ArrayList<>();
  private final Workloads workloads = new Workloads(answers);
  private final Rates rates;

  private Benchmark(Form form, Rig rig) {
    this.form = form;
    this.rig = rig;
    this.rates = new Rates(form, rig, workloads, samples);
  }

  /**
   * {@code full} for the long form, then the parts to measure ({@code rates}, {@code lag}, {@code
   * growth}; all of them unless said). {@code nodes} alone compares one node with two and three,
   * {@code access} one that lets everybody in with those that ask who it is; {@code overload} asks
   * for more than there is, {@code decision} the rules by themselves.
   */
  public static void main(String[] arguments) throws Exception {
    List<String> words = List.of(arguments);
    JvmSettings jvm = JvmSettings.fromEnvironment();
    if (words.equals(List.of(DECISION))) {
      Decisions.measure(jvm, Files.createDirectories(FOLDER));
      return;
    }
    if (words.equals(List.of(NODES)) || words.equals(List.of(ACCESS))) {
      Progress.say("starting servers");
      try (Rig rig = new Rig(FOLDER.resolve("data"), jvm)) {
        Comparison comparison =
            words.contains(NODES) ? Comparison.ofNodes(rig) : Comparison.ofAccess(rig, FOLDER);
        String table = comparison.measure();
        Files.writeString(FOLDER.resolve(words.getFirst() + ".md"), table);
        System.out.println(table);
      }
      return;
    }
    if (words.equals(List.of(OVERLOAD))) {
      Progress.say("starting servers");
      Processors.ofServers();
      try (Rig rig = new Rig(FOLDER.resolve("data"), jvm)) {
        Processors.ofLoad();
        String findings = new Overload(rig).measure();
        Files.writeString(FOLDER.resolve("overload.md"), findings);
        System.out.println(findings);
      }
      return;
    }
    List<String> parts = words.stream().filter(word -> !word.equals(FULL)).toList();
    if (!PARTS.containsAll(parts)) {
      throw new IllegalArgumentException(
          "full, %s; or one of %s".formatted(PARTS, List.of(NODES, ACCESS, OVERLOAD, DECISION)));
    }
    Form form = words.contains(FULL) ? Form.FULL : Form.SHORT;
    Progress.say("starting servers");
    try (Rig rig = new Rig(FOLDER.resolve("data"), jvm)) {
      Benchmark benchmark = new Benchmark(form, rig);
      benchmark.measure(Set.copyOf(parts.isEmpty() ? PARTS : parts));
      benchmark.report(jvm);
    }
  }

  private void measure(Set<String> parts) throws IOException, InterruptedException, SQLException {
    Growth growth = new Growth(form, rig, samples, findings);
    if (parts.contains(RATES) || parts.contains(LAG)) {
      Stock.make(rig.service().port());
      Progress.say("warming up");
      rates.warmUp();
    }
    if (parts.contains(RATES)) {
      rates.rounds(Samples.WITH_PULSAR);
    }
    if (parts.contains(LAG)) {
      lag();
    }
    if (parts.contains(GROWTH)) {
      growth.prepare();
    }
    Progress.say("stopping Pulsar");
    rig.stopPulsar();
    if (parts.contains(RATES)) {
      rates.rounds(Samples.PULSAR_STOPPED);
      profile();
    }
    Progress.say("checking what is stored");
    try (Connection database = rig.service().followers().connect()) {
      checked.add(answers.check(database));
    }
    if (parts.contains(GROWTH)) {
      checked.add(growth.compare(Samples.PULSAR_STOPPED));
    }
  }

  private void profile() {
    if (!Profiler.isPossible()) {
      Progress.say("no profile: that needs JDK 25 on Linux");
      return;
    }
    Progress.say("looking where the CPU goes");
    rates.profile(new Profiler(FOLDER, rig.service()), findings);
  }

  private void lag() throws SQLException {
    Progress.say("watching the followers for %d s".formatted(form.lagTime().toSeconds()));
    double peak =
        samples.has(Samples.WITH_PULSAR, Samples.MANY_SKUS)
            ? samples.perSecond(Samples.WITH_PULSAR, Samples.MANY_SKUS)
            : rates.allocate(Samples.WITH_PULSAR);
    new LagRow(form, rig, workloads, samples, findings).measure(peak);
  }

  private void report(JvmSettings jvm) throws IOException {
    Path file = FOLDER.resolve("report.md");
    Report report = new Report(form, samples, findings, jvm, rig.hugePages());
    // First without: a machine without a font cannot draw, and half an hour would be lost.
    Files.writeString(file, report.text(Map.of(), checked));
    String whole = report.text(plots(), checked);
    Files.writeString(file, whole);
    System.out.println(whole);
    Progress.say("written to " + file);
  }

  private Map<String, String> plots() throws IOException {
    try {
      return Plots.write(FOLDER, samples);
    } catch (LinkageError | InternalError e) {
      Progress.say("no plots: the JVM finds no font on this machine (" + e.getMessage() + ")");
      return Map.of();
    }
  }
}
