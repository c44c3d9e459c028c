package allocation.benchmark;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the processes of the benchmark are started. The service runs with what the image runs with;
 * {@code SERVICE_JAVA_OPTS} takes the place of that, to try other options.
 */
record JvmSettings(String testClassPath, String serviceClassPath, List<String> serviceOptions) {
  private static final String DEFAULT_OPTIONS = "-XX:+UseZGC -Xmx1g";

  static JvmSettings fromEnvironment() {
    String all = System.getProperty("java.class.path");
    String main =
        String.join(
            File.pathSeparator,
            Arrays.stream(all.split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("test-classes"))
                .toList());
    String options = System.getenv().getOrDefault("SERVICE_JAVA_OPTS", DEFAULT_OPTIONS);
    return new JvmSettings(
        all, main, Stream.of(options.split(" ", -1)).filter(word -> !word.isEmpty()).toList());
  }

  /** Arguments of a JVM like the service's, on another class path. */
  List<String> arguments(String classPath, String... mainAndArguments) {
    List<String> arguments = new ArrayList<>(serviceOptions);
    arguments.add("--enable-native-access=ALL-UNNAMED");
    if (Runtime.version().feature() >= 24) {
      arguments.add("--sun-misc-unsafe-memory-access=allow");
    }
    // As in production, and not as in the tests.
    arguments.add("-Dlogback.configurationFile=conf/logback.xml");
    arguments.addAll(List.of("-cp", classPath));
    arguments.addAll(List.of(mainAndArguments));
    return arguments;
  }

  List<String> service() {
    return arguments(serviceClassPath, "allocation.Main");
  }
}
