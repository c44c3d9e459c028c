package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The log file of a server: one per start, the one before it kept beside it. */
final class LogTail {
  private LogTail() {}

  /** The last lines of a log; empty where there is none. */
  static String of(Path log, int lines) {
    try {
      if (!Files.exists(log)) {
        return "";
      }
      List<String> all = new String(Files.readAllBytes(log), UTF_8).lines().toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts the log of the start before aside, as {@code name.before}. */
  static void setAside(Path log) {
    try {
      if (Files.exists(log)) {
        Files.move(
            log,
            log.resolveSibling(log.getFileName() + ".before"),
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
