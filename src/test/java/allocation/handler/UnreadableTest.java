package allocation.handler;

import static allocation.given.Waiting.failure;
import static allocation.handler.Units.SHARDS;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.LogPositions;
import allocation.bus.Unreadable;
import allocation.given.InMemoryLedger;
import io.vertx.core.eventbus.ReplyException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests of a node that speaks another version: their sender must not be left to wait. */
final class UnreadableTest {
  private final Handlers handlers = Handlers.over(new InMemoryLedger(SHARDS));

  @AfterEach
  void close() {
    handlers.close();
  }

  static Stream<String> addresses() {
    return Stream.of(Addresses.commands(3), Addresses.BATCH_OWNERS);
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void what_cannot_be_read_is_answered_at_once_with_the_reason(String address) {
    Throwable answer = failure(handlers.ask(address, new Unreadable("a field is new")));

    assertThat(CommandFailure.of(answer)).isEqualTo(CommandFailure.INTERNAL);
    assertThat(answer).isInstanceOf(ReplyException.class).hasMessage("a field is new");
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void so_is_what_does_not_belong_here(String address) {
    for (Object stray : new Object[] {new LogPositions(Map.of()), "a stranger's text", 7}) {
      assertThat(CommandFailure.of(failure(handlers.ask(address, stray))))
          .isEqualTo(CommandFailure.INTERNAL);
    }
  }
}
