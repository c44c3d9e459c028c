package allocation.readmodel;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GatheringTest {
  private final List<Set<String>> questions = new ArrayList<>();
  private final List<Promise<Map<String, String>>> open = new ArrayList<>();
  private final Gathering<String, String> gathering =
      new Gathering<>(600, Runnable::run, this::question);

  private Future<Map<String, String>> question(Set<String> keys) {
    questions.add(new TreeSet<>(keys));
    Promise<Map<String, String>> answer = Promise.promise();
    open.add(answer);
    return answer.future();
  }

  @Test
  void what_is_asked_in_one_turn_goes_together() {
    List<Runnable> turns = new ArrayList<>();
    Gathering<String, String> inTurns = new Gathering<>(600, turns::add, this::question);
    List<Future<String>> asked = Stream.of("a", "b", "a", "c").map(inTurns::ask).toList();
    assertThat(questions).isEmpty();
    assertThat(turns).hasSize(1);

    turns.removeFirst().run();

    assertThat(questions).containsExactly(Set.of("a", "b", "c"));
    answer(0);
    assertThat(asked).extracting(Future::result).containsExactly("A", "B", "A", "C");
    inTurns.ask("d");
    assertThat(turns).hasSize(1);
  }

  @Test
  void the_first_two_wait_for_nobody_and_the_rest_go_together() {
    Future<String> a = gathering.ask("a");
    gathering.ask("b");
    Future<String> c = gathering.ask("c");
    Future<String> d = gathering.ask("d");
    assertThat(questions).containsExactly(Set.of("a"), Set.of("b"));

    answer(0);

    assertThat(questions).containsExactly(Set.of("a"), Set.of("b"), Set.of("c", "d"));
    assertThat(result(a)).isEqualTo("A");
    assertThat(c.isComplete()).isFalse();
    answer(2);
    assertThat(List.of(result(c), result(d))).containsExactly("C", "D");
  }

  /** Guard: a question under way is never joined. Its answer may be from before this one asked. */
  @Test
  void one_key_is_asked_about_once_for_all_who_wait_but_again_for_who_comes_later() {
    gathering.ask("a");
    gathering.ask("b");
    List<Future<String>> same = List.of(gathering.ask("a"), gathering.ask("a"));

    answer(1);

    assertThat(questions).containsExactly(Set.of("a"), Set.of("b"), Set.of("a"));
    answer(2);
    same.forEach(one -> assertThat(result(one)).isEqualTo("A"));
  }

  @Test
  void a_question_has_at_most_so_many_keys() {
    gathering.ask("a");
    gathering.ask("b");
    IntStream.range(0, Gathering.MOST_KEYS + 1).forEach(i -> gathering.ask("k" + i));

    answer(0);
    answer(1);

    assertThat(questions.get(2)).hasSize(Gathering.MOST_KEYS);
    assertThat(questions.get(3)).hasSize(1);
  }

  @Test
  void a_failed_question_fails_all_who_waited_for_it_and_nobody_else() {
    Future<String> a = gathering.ask("a");
    Future<String> b = gathering.ask("b");
    Future<String> c = gathering.ask("c");
    IllegalStateException down = new IllegalStateException("down");

    open.get(0).fail(down);
    answer(1);
    answer(2);

    assertThat(failure(a)).isSameAs(down);
    assertThat(List.of(result(b), result(c))).containsExactly("B", "C");
  }

  @Test
  void one_more_caller_than_may_wait_is_refused_at_once_also_for_a_key_that_others_wait_for() {
    gathering.ask("a");
    gathering.ask("b");
    List<Future<String>> waiting =
        IntStream.range(0, 600).mapToObj(i -> gathering.ask("hot")).toList();

    assertThat(failure(gathering.ask("hot"))).isInstanceOf(Gathering.Full.class);

    answer(0);
    answer(2);
    assertThat(waiting).allSatisfy(one -> assertThat(result(one)).isEqualTo("HOT"));
    assertThat(gathering.ask("hot").isComplete()).isFalse();
  }

  private void answer(int question) {
    Map<String, String> answers = new HashMap<>();
    questions.get(question).forEach(key -> answers.put(key, key.toUpperCase(Locale.ROOT)));
    open.get(question).complete(answers);
  }
}
