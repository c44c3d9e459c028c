package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Gives the servers processors of their own, so that a generator that asks for more than there is
 * does not take from them what it asks for. By {@code taskset}, which any Linux has.
 */
final class Processors {
  private static final int ALL = Runtime.getRuntime().availableProcessors();

  /** One at least stays for the load. */
  private static final int OF_SERVERS = Math.max(1, ALL / 2);

  private Processors() {}

  /** What this process starts from now on runs on them. */
  static void ofServers() {
    use(0, OF_SERVERS - 1);
  }

  /** This process itself runs on the others. */
  static void ofLoad() {
    use(OF_SERVERS, ALL - 1);
  }

  /** For the report. */
  static String text() {
    return "%d of %d processors for the service and PostgreSQL, the others for the load"
        .formatted(OF_SERVERS, ALL);
  }

  private static void use(int first, int last) {
    if (ALL < 2) {
      throw new IllegalStateException("the load needs a processor of its own, and there is one");
    }
    String self = String.valueOf(ProcessHandle.current().pid());
    try {
      int status =
          new ProcessBuilder("taskset", "-a", "-c", "-p", first + "-" + last, self)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("taskset ended with " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("taskset (util-linux) is needed to part the processors", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
