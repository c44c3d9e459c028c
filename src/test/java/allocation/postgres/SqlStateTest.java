package allocation.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlStateTest {
  @ParameterizedTest
  @ValueSource(strings = {"08006", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})
  void the_end_of_a_session_says_nothing_of_what_it_was_sent(String code) {
    assertThat(SqlState.isAnswer(fatal(code))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "55P03", "57014", "53300", "AL001"})
  void everything_else_is_an_answer(String code) {
    assertThat(SqlState.isAnswer(fatal(code))).isTrue();
  }

  private static PgException fatal(String code) {
    return new PgException("so it is", "FATAL", code, "");
  }
}
