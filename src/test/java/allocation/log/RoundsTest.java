package allocation.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.given.Later;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RoundsTest {
  private static final long AN_HOUR = 3_600_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<List<String>> written = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    Later.await(vertx.close());
  }

  @Test
  void the_first_waits_for_nobody() {
    Rounds<String, Integer> rounds = rounds(AN_HOUR, RoundsWriter.LENGTHS);

    assertThat(Later.on(context, () -> rounds.add("abc"))).isEqualTo(3);
  }

  @Test
  void what_is_added_in_one_turn_is_one_round_and_each_gets_its_own_answer() {
    Rounds<String, Integer> rounds = rounds(AN_HOUR, RoundsWriter.LENGTHS);

    List<Integer> answers =
        Later.on(
            context,
            () -> Future.all(rounds.add("a"), rounds.add("bb")).map(done -> done.<Integer>list()));

    assertThat(answers).containsExactly(1, 2);
    assertThat(written).containsExactly(List.of("a", "bb"));
  }

  @Test
  void what_comes_in_the_pause_is_written_together_after_it() {
    Rounds<String, Integer> rounds = rounds(50, RoundsWriter.LENGTHS);
    Later.on(context, () -> rounds.add("first"));

    Later.on(context, () -> Future.all(rounds.add("second"), rounds.add("third")));

    assertThat(written).containsExactly(List.of("first"), List.of("second", "third"));
  }

  @Test
  void whoever_hurries_ends_the_pause() {
    Rounds<String, Integer> rounds = rounds(AN_HOUR, RoundsWriter.LENGTHS);
    Later.on(context, () -> rounds.add("first"));

    Later.on(
        context,
        () -> {
          Future<Integer> second = rounds.add("second");
          rounds.hurry();
          return second;
        });

    assertThat(written).containsExactly(List.of("first"), List.of("second"));
  }

  @Test
  void whoever_hurries_while_a_round_is_written_gets_the_next_without_a_pause() {
    Promise<Void> gate = Promise.promise();
    Rounds<String, Integer> rounds =
        rounds(AN_HOUR, round -> gate.future().map(open -> RoundsWriter.lengths(round)));
    Queue<Future<Integer>> answers = new ConcurrentLinkedQueue<>();
    Later.on(
        context,
        () -> {
          answers.add(rounds.add("first"));
          return vertx.timer(1);
        });

    Later.on(
        context,
        () -> {
          answers.add(rounds.add("second"));
          rounds.hurry();
          gate.complete();
          return Future.all(List.copyOf(answers));
        });

    assertThat(written).containsExactly(List.of("first"), List.of("second"));
  }

  @Test
  void one_that_cannot_be_written_fails_alone() {
    Rounds<String, Integer> rounds =
        rounds(
            AN_HOUR,
            round ->
                round.contains("bad")
                    ? Future.failedFuture("it is bad")
                    : Future.succeededFuture(RoundsWriter.lengths(round)));
    Queue<Future<Integer>> answers = new ConcurrentLinkedQueue<>();

    Later.on(
        context,
        () -> {
          List.of("good", "bad", "better").forEach(work -> answers.add(rounds.add(work)));
          return Future.join(List.copyOf(answers)).otherwiseEmpty();
        });

    assertThat(Later.await(answers.remove())).isEqualTo(4);
    Future<Integer> bad = answers.remove();
    assertThatThrownBy(() -> Later.await(bad)).hasMessageContaining("it is bad");
    assertThat(Later.await(answers.remove())).isEqualTo(6);
  }

  private Rounds<String, Integer> rounds(
      long pauseMs, Function<List<String>, Future<List<Integer>>> writer) {
    return new Rounds<>(
        vertx,
        System::nanoTime,
        pauseMs,
        round -> {
          written.add(round);
          return writer.apply(round);
        });
  }

  /** Answers each with its length. */
  private static final class RoundsWriter {
    static final Function<List<String>, Future<List<Integer>>> LENGTHS =
        round -> Future.succeededFuture(lengths(round));

    static List<Integer> lengths(List<String> round) {
      return round.stream().map(String::length).toList();
    }
  }
}
