package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Remembers a child process in a file, with its start time: pids are used again. */
final class PidFile {
  private PidFile() {}

  static void write(Path file, ProcessHandle process) throws IOException {
    Files.writeString(file, identity(process), UTF_8);
  }

  /** The process of the file, if it still runs. */
  static Optional<ProcessHandle> read(Path file) {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      String written = Files.readString(file, UTF_8);
      return ProcessHandle.of(Long.parseLong(written.substring(0, written.indexOf(' '))))
          .filter(process -> identity(process).equals(written));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String identity(ProcessHandle process) {
    String started =
        process.info().startInstant().map(at -> Long.toString(at.toEpochMilli())).orElse("unknown");
    return process.pid() + " " + started;
  }
}
