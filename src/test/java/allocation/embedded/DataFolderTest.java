package allocation.embedded;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
  @TempDir private Path folder;

  @Test
  void a_second_one_on_the_same_folder_is_told_who_holds_it() throws Exception {
    try (DataFolder held = DataFolder.take(folder)) {
      assertThatExceptionOfType(DataFolder.InUse.class)
          .isThrownBy(() -> DataFolder.take(held.path()))
          .withMessage(
              "the data folder %s is in use by process %d", folder, ProcessHandle.current().pid());
    }
  }

  @Test
  void a_folder_that_was_let_go_can_be_taken_again() throws Exception {
    DataFolder.take(folder).close();

    DataFolder.take(folder).close();
  }
}
