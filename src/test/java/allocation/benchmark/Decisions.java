package allocation.benchmark;

import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link DecisionBenchmark} with JMH, in a JVM like the service's. */
final class Decisions {
  private Decisions() {}

  /** Prints what a decision takes and allocates, and writes {@code decision.csv}. */
  static void measure(JvmSettings jvm, Path folder) throws RunnerException {
    new Runner(
            new OptionsBuilder()
                .include(DecisionBenchmark.class.getName())
                .jvmArgs(jvm.serviceOptions().toArray(String[]::new))
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .resultFormat(ResultFormatType.CSV)
                .result(folder.resolve("decision.csv").toString())
                .build())
        .run();
  }
}
