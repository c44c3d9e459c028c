package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The report in Markdown: targets, rows, machine, settings. */
final class Report {
  private static final List<String> PROCESSES =
      List.of("service", "PostgreSQL", "no-op", "transactions", "load");

  private final Samples samples;
  private final JvmSettings jvm;
  private final String checked;

  Report(Samples samples, JvmSettings jvm, String checked) {
    this.samples = samples;
    this.jvm = jvm;
    this.checked = checked;
  }

  String text() {
    StringBuilder out = new StringBuilder("# Benchmark\n\n");
    targets(out);
    for (String servers : List.of(Samples.WITH_PULSAR, Samples.PULSAR_STOPPED)) {
      rows(out, servers);
    }
    out.append("Afterwards ").append(checked).append(".\n\n");
    machine(out);
    return out.toString();
  }

  private void targets(StringBuilder out) {
    out.append(
        """
        ## Targets

        | measure | target | with Pulsar | Pulsar stopped |
        |---|---|---|---|
        """);
    String interactive = ", " + SqlTransactions.INTERACTIVE;
    target(out, "1,000 SKUs against no-op", ">= 0.40", ratio(Samples.MANY_SKUS, Samples.NO_OP));
    target(
        out,
        "1,000 SKUs against the interactive transaction",
        ">= 8",
        ratio(Samples.MANY_SKUS, Samples.MANY_SKUS + interactive));
    target(
        out,
        "one hot SKU against that transaction on one",
        ">= 25",
        ratio(Samples.HOT_SKU, Samples.HOT_SKU + interactive));
    target(out, "hot SKU against 1,000 SKUs", ">= 1.0", ratio(Samples.HOT_SKU, Samples.MANY_SKUS));
    target(
        out,
        "failed requests on the hot SKU",
        "0",
        servers -> samples.failed(servers, Samples.HOT_SKU));
    target(
        out,
        "p99 at full rate, ms",
        "<= 20",
        servers -> samples.percentileMs(servers, Samples.MANY_SKUS, 99));
    target(
        out,
        "p99 at half of it, ms",
        "<= 8",
        servers -> samples.percentileMs(servers, Samples.HALF_RATE, 99));
    target(
        out,
        "bulk, lines a second",
        ">= 100,000",
        servers -> samples.perSecond(servers, Samples.BULK) * Workloads.BULK_LINES);
    target(out, "GET product against no-op", ">= 0.7", ratio(Samples.GET_PRODUCT, Samples.NO_OP));
    target(out, "GET order against no-op", ">= 0.5", ratio(Samples.GET_ORDER, Samples.NO_OP));
    out.append('\n');
  }

  private ToDoubleFunction<String> ratio(String row, String baseline) {
    return servers -> samples.perSecond(servers, row) / samples.perSecond(servers, baseline);
  }

  private static void target(
      StringBuilder out, String name, String target, ToDoubleFunction<String> value) {
    out.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %s |%n",
            name,
            target,
            number(value.applyAsDouble(Samples.WITH_PULSAR)),
            number(value.applyAsDouble(Samples.PULSAR_STOPPED))));
  }

  private void rows(StringBuilder out, String servers) {
    out.append(
        String.format(
            Locale.ROOT,
            """
            ## Rows, %s

            The rate is the median of the rounds; latencies are of all rounds, in milliseconds; CPU is in
            microseconds for each answer.

            | row | a second | p50 | p99 | p99.9 | failed | %s |
            |---|---|---|---|---|---|---|---|---|---|---|
            """,
            servers,
            String.join(" | ", PROCESSES)));
    for (String row : samples.rows()) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %s | %d |",
              row,
              number(samples.perSecond(servers, row)),
              number(samples.percentileMs(servers, row, 50)),
              number(samples.percentileMs(servers, row, 99)),
              number(samples.percentileMs(servers, row, 99.9)),
              samples.failed(servers, row)));
      for (String process : PROCESSES) {
        out.append(' ').append(number(samples.cpuMicros(servers, row, process))).append(" |");
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
        .append("; load generator, service and servers share them\n")
        .append("- ")
        .append(System.getProperty("os.name"))
        .append(' ')
        .append(System.getProperty("os.version"))
        .append(", JDK ")
        .append(Runtime.version())
        .append("\n- service: ")
        .append(String.join(" ", jvm.serviceOptions()))
        .append("\n- PostgreSQL: embedded, fsync and synchronous_commit on\n");
  }

  private static String processor() {
    Path info = Path.of("/proc/cpuinfo");
    try {
      return !Files.exists(info)
          ? "of an unknown kind"
          : Files.readAllLines(info).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse("of an unknown kind");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String number(double value) {
    String format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
