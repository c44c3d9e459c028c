package allocation.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class CommandFailureTest {
  @ParameterizedTest
  @EnumSource(CommandFailure.class)
  void is_the_same_to_the_one_who_asked(CommandFailure failure) {
    assertThat(CommandFailure.of(failure.exception("why"))).isEqualTo(failure);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          NO_HANDLERS       | -1 | BUSY
          TIMEOUT           | -1 | UNKNOWN
          ERROR             | -1 | UNKNOWN
          RECIPIENT_FAILURE | 1  | BUSY
          RECIPIENT_FAILURE | 2  | UNKNOWN
          RECIPIENT_FAILURE | 3  | INTERNAL
          RECIPIENT_FAILURE | 4  | BUSY
          RECIPIENT_FAILURE | 6  | BUSY
          RECIPIENT_FAILURE | -1 | UNKNOWN
          RECIPIENT_FAILURE | 99 | UNKNOWN
          """)
  void what_the_bus_says_is_known_to_be_unwritten_or_called_unknown(
      ReplyFailure type, int code, CommandFailure meaning) {
    assertThat(CommandFailure.of(new ReplyException(type, code, "why"))).isEqualTo(meaning);
  }

  @Test
  void anything_else_is_unknown() {
    assertThat(CommandFailure.of(new IllegalStateException("?"))).isEqualTo(CommandFailure.UNKNOWN);
  }
}
