package allocation.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class CommandsKeyTest {
  private final CommandsKey key = new CommandsKey("sixteen-letters!");

  @Test
  void opens_to_itself_alone() {
    assertThat(key.is("sixteen-letters!")).isTrue();
    assertThat(key.is("sixteen-letters")).isFalse();
    assertThat(key.is("sixteen-letters! ")).isFalse();
    assertThat(key.is("")).isFalse();
  }

  @Test
  void is_not_printed() {
    assertThat(key.toString()).doesNotContain("sixteen");
  }

  @Test
  void cannot_be_short() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CommandsKey("fifteen-letters"))
        .withMessageNotContaining("fifteen");
  }
}
