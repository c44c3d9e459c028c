package allocation.benchmark;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * How the processes of the benchmark are started. The service runs with what the image runs with;
 * {@code SERVICE_JAVA_OPTS} takes the place of that, to try other options.
 */
record JvmSettings(String testClassPath, String serviceClassPath, List<String> serviceOptions) {
  private static final String DEFAULT_OPTIONS = "-XX:+UseG1GC -Xmx1g";

  /** The image has them, too; before this version they were experimental. */
  private static final int COMPACT_HEADERS_SINCE = 25;

  static JvmSettings fromEnvironment() {
    String all = System.getProperty("java.class.path");
    String main =
        String.join(
            File.pathSeparator,
            Arrays.stream(all.split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("test-classes"))
                .toList());
    String byDefault =
        DEFAULT_OPTIONS
            + (Runtime.version().feature() >= COMPACT_HEADERS_SINCE
                ? " -XX:+UseCompactObjectHeaders"
                : "");
    String options = System.getenv().getOrDefault("SERVICE_JAVA_OPTS", byDefault);
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

  /**
   * The service as the image has it: from a jar, with an archive of its classes. The first that
   * ends makes the archive.
   *
   * @param folder keeps the jar and the archive
   */
  List<String> archivedService(Path folder) {
    List<String> entries = List.of(serviceClassPath.split(File.pathSeparator, -1));
    String classes =
        entries.stream().filter(entry -> entry.endsWith("classes")).findFirst().orElseThrow();
    Path jar = folder.resolve("service.jar");
    if (!Files.exists(jar)) {
      // The JVM does not archive classes of a folder.
      int failed =
          ToolProvider.findFirst("jar")
              .orElseThrow()
              .run(System.out, System.err, "-cf", jar.toString(), "-C", classes, ".");
      if (failed != 0) {
        throw new IllegalStateException("no jar of " + classes);
      }
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + folder.resolve("service.jsa")));
    arguments.addAll(
        arguments(serviceClassPath.replace(classes, jar.toString()), "allocation.Main"));
    return arguments;
  }
}
