package allocation.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder that keeps the servers' data, owned by one process at a time. The system lets go of
 * the lock when its process dies, however it dies: so whoever gets it may stop servers that a
 * killed predecessor left behind, and whoever does not get it has met a running one.
 */
final class DataFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  private DataFolder(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /** Makes the folder where it is missing, and takes its lock. */
  static DataFolder take(Path path) throws InUse {
    try {
      Files.createDirectories(path);
      Path lockPath = path.resolve("lock");
      FileChannel file =
          FileChannel.open(
              lockPath,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (lock(file) == null) {
        file.close();
        throw new InUse(path, Files.readString(lockPath, UTF_8).strip());
      }
      file.truncate(0);
      file.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8)), 0);
      return new DataFolder(path, file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the data folder " + path, e);
    }
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this very JVM, which the system's locks do not tell apart.
      return null;
    }
  }

  Path path() {
    return path;
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  /** Lets go of the lock; the file stays, for a removed one could be locked twice. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another process runs on this folder. */
  static final class InUse extends Exception {
    private static final long serialVersionUID = 1;

    InUse(Path folder, String pid) {
      super("the data folder " + folder + " is in use by process " + pid);
    }
  }
}
