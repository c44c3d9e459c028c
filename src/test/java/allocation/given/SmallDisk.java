package allocation.given;

import allocation.embedded.OsProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder with a disk of its own, in memory, that can be filled. Who may not mount has an ordinary
 * folder, which cannot.
 */
public final class SmallDisk implements AutoCloseable {
  private static final int PIECE_BYTES = 64 * 1024;

  private final Path folder;
  private final boolean isMounted;

  public SmallDisk(Path folder, int megabytes) {
    this.folder = folder.toAbsolutePath();
    try {
      Files.createDirectories(this.folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    isMounted = mount(megabytes);
  }

  private boolean mount(int megabytes) {
    try {
      OsProcess.run(
          List.of(
              "mount", "-t", "tmpfs", "-o", "size=%dm".formatted(megabytes), "tmpfs", "" + folder));
      return true;
    } catch (IllegalStateException | UncheckedIOException e) {
      System.out.println("no small disk, tests that fill one are skipped: " + e.getMessage());
      return false;
    }
  }

  public Path folder() {
    return folder;
  }

  public boolean canBeFilled() {
    return isMounted;
  }

  /** To the last byte. */
  public void fill() {
    if (!isMounted) {
      throw new IllegalStateException("this would fill the machine's own disk");
    }
    try (OutputStream out = Files.newOutputStream(filler())) {
      byte[] piece = new byte[PIECE_BYTES];
      while (true) {
        out.write(piece);
      }
    } catch (IOException full) {
      // What it was written for.
    }
  }

  /** There is room again. */
  public void empty() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  @Override
  public void close() {
    if (isMounted) {
      OsProcess.run(List.of("umount", "--lazy", folder.toString()));
    }
  }
}
