package allocation.bus;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.wire.WireCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ShardOwnerTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context home = vertx.getOrCreateContext();

  /** What it was told to own, and when it will be done. */
  private final List<List<Integer>> told = new ArrayList<>();

  private final List<Promise<Void>> ends = new ArrayList<>();
  private ShardOwner owner;

  @BeforeEach
  void listen() {
    WireCodec.register(vertx.eventBus());
    Promise<ShardOwner> listening = Promise.promise();
    home.runOnContext(
        turn -> listening.complete(ShardOwner.listen(vertx, Role.PUBLISHER, 3, this::own)));
    owner = result(listening.future());
  }

  private Future<Void> own(List<Integer> shards) {
    told.add(shards);
    ends.add(Promise.promise());
    return ends.getLast().future();
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_word_waits_until_the_one_before_it_is_done() {
    Future<List<Integer>> first = tell(1, 2);
    Future<List<Integer>> second = tell(2);
    assertThat(here(() -> List.copyOf(told))).containsExactly(List.of(1, 2));

    here(() -> ends.getFirst().tryFail("it could not"));

    assertThat(failure(first)).hasMessageContaining("it could not");
    assertThat(here(() -> List.copyOf(told))).containsExactly(List.of(1, 2), List.of(2));
    here(() -> ends.getLast().tryComplete());
    assertThat(result(second)).containsExactly(2);
  }

  @Test
  void a_word_that_waits_when_it_stops_does_nothing() {
    Future<List<Integer>> first = tell(1);
    Future<List<Integer>> second = tell(1, 2);
    assertThat(here(told::size)).isOne();

    Future<Void> stopped = here(owner::stop);
    // What it was told last is not cut off.
    assertThat(here(stopped::isComplete)).isFalse();
    here(() -> ends.getFirst().tryComplete());

    result(stopped);
    assertThat(result(first)).containsExactly(1);
    assertThat(failure(second)).hasMessageContaining("has stopped meanwhile");
    assertThat(here(told::size)).isOne();
  }

  private interface Asked<T> {
    T ask();
  }

  private <T> T here(Asked<T> asked) {
    Promise<T> answer = Promise.promise();
    home.runOnContext(turn -> answer.complete(asked.ask()));
    return result(answer.future());
  }

  /** Completes with the shards that it says to own now. */
  private Future<List<Integer>> tell(Integer... shards) {
    // On its own loop, so that the word is there before what this test asks next.
    return here(() ->
        vertx
            .eventBus()
            .<OwnShards>request(Addresses.own(Role.PUBLISHER, 3), new OwnShards(List.of(shards)))
            .map(Message::body)
            .map(OwnShards::shards));
  }
}
