package allocation.journey;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The client as other services get it: its jar, its libraries, and their own program. */
final class ClientArtifact {
  private static final Path FOLDER = Path.of("target/client");
  private static final long LIMIT_S = 60;

  private ClientArtifact() {}

  static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
    }
  }

  /** The libraries, as the client's build wrote them. */
  static List<String> libraries() throws IOException {
    return List.of(Files.readString(FOLDER.resolve("classpath")).strip().split(":"));
  }

  /**
   * Runs {@code shop.Checkout} in a JVM of its own and returns its output; fails with it when it
   * does not end well.
   */
  static List<String> runCheckout(List<String> arguments) throws IOException, InterruptedException {
    List<String> classPath = new ArrayList<>(List.of(jar().toString(), program().toString()));
    classPath.addAll(libraries());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", String.join(":", classPath), "shop.Checkout"));
    command.addAll(arguments);
    Path output = Files.createTempFile("checkout", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output, UTF_8);
    Files.delete(output);
    if (!ended || process.waitFor() != 0) {
      throw new AssertionError("the other service failed:\n" + text);
    }
    return text.lines().toList();
  }

  /** Its class alone, in a folder of its own: the other test classes would bring ours along. */
  private static Path program() throws IOException {
    Path folder = FOLDER.resolve("checkout");
    Files.createDirectories(folder.resolve("shop"));
    Path compiled = Path.of("target/test-classes/shop/Checkout.class");
    Path copy = folder.resolve("shop/Checkout.class");
    Files.write(copy, Files.readAllBytes(compiled));
    return folder;
  }
}
