package allocation.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of the servers that the tests of this JVM share, empty at first. The folders are used
 * again, so that the next run stops what a killed one has left behind.
 */
final class TestFolder {
  // Before PATH, which fills it: a lock lasts as long as somebody holds on to it.
  private static final List<DataFolder> HELD = new ArrayList<>();

  /** This JVM's. */
  static final Path PATH = takeFirstFree();

  private TestFolder() {}

  private static Path takeFirstFree() {
    for (int number = 1; ; number++) {
      try {
        DataFolder folder = DataFolder.take(Path.of("target", "servers", Integer.toString(number)));
        HELD.add(folder);
        empty(folder);
        return folder.path();
      } catch (DataFolder.InUse e) {
        if (number == 50) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private static void empty(DataFolder folder) {
    new PostgresServer(folder.path(), 0).stop();
    new PulsarServer(folder.path(), 0, 0).stopOrphan();
    try {
      PostgresBinaries.delete(folder.resolve("postgres"));
      PostgresBinaries.delete(folder.resolve("pulsar"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
