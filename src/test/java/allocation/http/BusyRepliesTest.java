package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.json.Problem;
import io.vertx.core.http.HttpHeaders;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BusyRepliesTest {
  private final BusyReplies replies = new BusyReplies("2");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "1f2e-7 | true",
        "1f2e-7 | false",
        "\"quoted\" | false",
        "back\\slash | true",
        "\"},\"status\":200,{\" | false"
      })
  void is_what_the_problem_itself_would_be(String id, boolean original) {
    Reply wanted = Problems.reply(Problem.of(CommandFailure.BUSY), id, original);

    assertThat(replies.reply(id, original)).isEqualTo(wanted.with(HttpHeaders.RETRY_AFTER, "2"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void says_when_to_come_back(boolean original) {
    assertThat(replies.reply("1", original).headers())
        .containsExactly(Map.entry(HttpHeaders.RETRY_AFTER, "2"));
  }
}
