package allocation.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PublicFailureTest {
  @Test
  void codes_are_published_for_good() {
    assertThat(Stream.of(PublicFailure.values()).map(failure -> failure + " " + failure.code()))
        .containsExactly("BUSY 1", "UNKNOWN 2", "INTERNAL 3", "INVALID 4", "DENIED 5");
  }

  @ParameterizedTest
  @EnumSource
  void comes_back_as_it_was_told(PublicFailure failure) {
    assertThat(PublicFailure.of(failure.exception("why"))).isEqualTo(failure);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "IN_FLIGHT")
  void a_failure_inside_keeps_its_meaning(CommandFailure failure) {
    assertThat(PublicFailure.of(failure).name()).isEqualTo(failure.name());
  }

  @Test
  void what_is_in_flight_may_be_written_or_not() {
    assertThat(PublicFailure.of(CommandFailure.IN_FLIGHT)).isEqualTo(PublicFailure.UNKNOWN);
  }

  @Test
  void without_an_answer_nothing_is_known_unless_nobody_was_there() {
    assertThat(PublicFailure.of(new ReplyException(ReplyFailure.NO_HANDLERS)))
        .isEqualTo(PublicFailure.BUSY);
    assertThat(PublicFailure.of(new ReplyException(ReplyFailure.TIMEOUT)))
        .isEqualTo(PublicFailure.UNKNOWN);
    assertThat(PublicFailure.of(new ReplyException(ReplyFailure.RECIPIENT_FAILURE, 99, "new")))
        .isEqualTo(PublicFailure.UNKNOWN);
    assertThat(PublicFailure.of(new IllegalStateException())).isEqualTo(PublicFailure.UNKNOWN);
  }
}
