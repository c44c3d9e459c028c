package allocation.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.jgroups.Word.Agreed;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {
  private static final NodeInfo INFO = new NodeInfo("10.0.0.1", 4711, new JsonObject());

  private final Registry a = new Registry("a");
  private final Registry b = new Registry("b");

  private void meet() {
    a.view(List.of("a", "b"));
    b.view(List.of("a", "b"));
  }

  private Registry.News aHearsB() {
    return a.hear("b", b.word());
  }

  @Test
  void who_is_alone_is_the_only_member() {
    assertThat(a.members()).containsExactly("a");
  }

  @Test
  void members_are_told_where_another_is_reached() {
    meet();
    b.info(INFO);
    assertThat(a.info("b")).isEmpty();

    aHearsB();

    assertThat(a.info("b")).contains(INFO);
    assertThat(b.info("b")).contains(INFO);
  }

  @Test
  void who_listens_is_known_and_so_is_who_ends_to() {
    meet();
    a.add("x", new RegistrationInfo("a", 1, false));
    b.add("x", new RegistrationInfo("b", 7, false));

    assertThat(aHearsB().addresses()).containsExactly("x");
    assertThat(a.registrations("x"))
        .containsExactlyInAnyOrder(
            new RegistrationInfo("a", 1, false), new RegistrationInfo("b", 7, false));

    b.remove("x", new RegistrationInfo("b", 7, false));
    assertThat(aHearsB().addresses()).containsExactly("x");
    assertThat(a.registrations("x")).containsExactly(new RegistrationInfo("a", 1, false));
  }

  @Test
  void the_others_are_told_of_no_local_listener() {
    meet();
    b.add("x", new RegistrationInfo("b", 7, true));

    assertThat(aHearsB().addresses()).isEmpty();
    assertThat(a.registrations("x")).isEmpty();
    assertThat(b.registrations("x")).containsExactly(new RegistrationInfo("b", 7, true));
  }

  @Test
  void two_listeners_of_one_member_end_one_by_one() {
    meet();
    b.add("x", new RegistrationInfo("b", 7, false));
    b.add("x", new RegistrationInfo("b", 8, false));
    aHearsB();
    b.remove("x", new RegistrationInfo("b", 7, false));
    aHearsB();

    assertThat(a.registrations("x")).containsExactly(new RegistrationInfo("b", 8, false));
  }

  @Test
  void what_has_not_changed_is_no_news() {
    meet();
    b.add("x", new RegistrationInfo("b", 7, false));
    b.say("name", "Bob");
    aHearsB();

    assertThat(aHearsB()).isEqualTo(new Registry.News(Set.of(), false));
  }

  @Test
  void a_word_that_comes_late_changes_nothing() {
    meet();
    b.say("name", "Bo");
    Word late = b.word();
    b.say("name", "Bob");
    aHearsB();

    assertThat(a.hear("b", late)).isEqualTo(new Registry.News(Set.of(), false));
    assertThat(a.said("name")).containsExactly(Map.entry("b", "Bob"));
  }

  @Test
  void what_one_said_who_is_gone_is_forgotten() {
    meet();
    b.info(INFO);
    b.add("x", new RegistrationInfo("b", 7, false));
    b.say("name", "Bob");
    aHearsB();

    assertThat(a.view(List.of("a")).addresses()).containsExactly("x");
    assertThat(a.registrations("x")).isEmpty();
    assertThat(a.said("name")).isEmpty();
    assertThat(a.info("b")).isEmpty();
  }

  @Test
  void who_is_gone_is_not_heard() {
    meet();
    a.view(List.of("a"));
    b.say("name", "Bob");

    assertThat(aHearsB().isMore()).isFalse();
    assertThat(a.said("name")).isEmpty();
  }

  @Test
  void whose_first_word_it_is_is_known_and_again_after_he_was_gone() {
    meet();
    assertThat(a.hasHeard("b")).isFalse();
    aHearsB();
    assertThat(a.hasHeard("b")).isTrue();

    a.view(List.of("a"));

    assertThat(a.hasHeard("b")).isFalse();
  }

  @Test
  void the_word_of_one_who_comes_may_be_there_before_he_is_seen() {
    b.view(List.of("a", "b"));
    b.info(INFO);
    b.say("name", "Bob");
    b.add("x", new RegistrationInfo("b", 7, false));
    assertThat(aHearsB().addresses()).isEmpty();
    assertThat(a.said("name")).isEmpty();
    assertThat(a.registrations("x")).isEmpty();
    assertThat(a.info("b")).isEmpty();

    assertThat(a.view(List.of("a", "b")).addresses()).containsExactly("x");
    assertThat(a.said("name")).containsExactly(Map.entry("b", "Bob"));
    assertThat(a.registrations("x")).containsExactly(new RegistrationInfo("b", 7, false));
    assertThat(a.info("b")).contains(INFO);
  }

  @Test
  void who_comes_again_is_heard_again_by_its_next_word() {
    meet();
    b.say("name", "Bob");
    aHearsB();
    a.view(List.of("a"));
    a.view(List.of("a", "b"));
    aHearsB();

    assertThat(a.said("name")).containsExactly(Map.entry("b", "Bob"));
  }

  @Test
  void the_eldest_speaks_first() {
    meet();
    a.say("name", "Ada");
    b.say("name", "Bob");
    b.hear("a", a.word());
    aHearsB();

    assertThat(a.said("name")).containsExactly(Map.entry("a", "Ada"), Map.entry("b", "Bob"));
    a.view(List.of("b", "a"));
    assertThat(List.copyOf(a.said("name").keySet())).containsExactly("b", "a");
  }

  @Test
  void what_is_agreed_holds_for_the_others_when_they_hear_it() {
    meet();
    assertThat(b.agree("plan", Optional.empty(), "one")).isTrue();

    assertThat(aHearsB().isMore()).isTrue();
    assertThat(a.agreed("plan")).contains("one");
  }

  @Test
  void who_believes_something_else_than_what_holds_agrees_on_nothing() {
    meet();
    b.agree("plan", Optional.empty(), "one");
    aHearsB();

    assertThat(a.agree("plan", Optional.empty(), "two")).isFalse();
    assertThat(a.agree("plan", Optional.of("other"), "two")).isFalse();
    assertThat(a.agreed("plan")).contains("one");
    assertThat(a.agree("plan", Optional.of("one"), "two")).isTrue();
    assertThat(a.agreed("plan")).contains("two");
  }

  @Test
  void what_was_agreed_outlives_who_made_it_and_is_told_to_who_comes() {
    meet();
    b.agree("plan", Optional.empty(), "one");
    aHearsB();
    a.view(List.of("a"));
    Registry c = new Registry("c");
    a.view(List.of("a", "c"));
    c.view(List.of("a", "c"));
    c.hear("a", a.word());

    assertThat(c.agreed("plan")).contains("one");
  }

  @Test
  void of_two_halves_that_meet_again_the_one_that_agreed_more_often_is_right() {
    meet();
    a.agree("plan", Optional.empty(), "one");
    b.hear("a", a.word());
    a.view(List.of("a"));
    b.view(List.of("b"));
    a.agree("plan", Optional.of("one"), "two");
    a.agree("plan", Optional.of("two"), "three");
    b.agree("plan", Optional.of("one"), "other");
    meet();
    Word ofA = a.word();
    aHearsB();
    b.hear("a", ofA);

    assertThat(a.agreed("plan")).contains("three");
    assertThat(b.agreed("plan")).contains("three");
  }

  @Test
  void who_was_alone_takes_what_the_larger_part_has_agreed_on() {
    Registry c = new Registry("c");
    List<String> all = List.of("a", "b", "c");
    List.of(a, b, c).forEach(one -> one.view(all));
    a.agree("plan", Optional.empty(), "one");
    Word first = a.word();
    b.hear("a", first);
    c.hear("a", first);
    c.view(List.of("b", "c"));
    c.agree("plan", Optional.of("one"), "alone for a moment");
    c.view(List.of("c"));
    c.agree("plan", Optional.of("alone for a moment"), "alone");
    a.view(List.of("a", "b"));
    b.view(List.of("a", "b"));
    a.agree("plan", Optional.of("one"), "of two");
    b.hear("a", a.word());

    // Its word may be heard before the others are seen.
    c.hear("a", a.word());
    assertThat(c.agreed("plan")).contains("alone");
    List.of(a, b, c).forEach(one -> one.merge(all, List.of("a", "b")));
    c.hear("b", b.word());
    a.hear("c", c.word());
    b.hear("c", c.word());

    assertThat(List.of(a, b, c))
        .allSatisfy(one -> assertThat(one.agreed("plan")).contains("of two"));
  }

  @Test
  void who_comes_waits_for_the_words_of_all_others_and_not_for_ever() throws Exception {
    assertThat(a.awaitWords(Duration.ZERO)).as("nobody else is there").isTrue();
    meet();
    assertThat(a.awaitWords(Duration.ofMillis(1))).isFalse();
    Thread waiting = Thread.ofVirtual().start(this::aHearsB);

    assertThat(a.awaitWords(Duration.ofMinutes(1))).isTrue();
    waiting.join();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatever_order_words_come_in_all_know_the_same_in_the_end(long seed) {
    Random chance = new Random(seed);
    List<String> ids = List.of("a", "b", "c", "d");
    Map<String, Registry> all = new HashMap<>();
    ids.forEach(id -> all.put(id, new Registry(id)));
    all.values().forEach(one -> one.view(ids));
    List<Map.Entry<String, Word>> words = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String id = ids.get(chance.nextInt(ids.size()));
      Registry one = all.get(id);
      switch (chance.nextInt(4)) {
        case 0 -> one.say("name", id + i);
        case 1 -> one.agree("plan", one.agreed("plan"), id + i);
        case 2 -> one.add("x", new RegistrationInfo(id, i, false));
        default ->
            one.registrations("x").stream()
                .filter(mine -> mine.nodeId().equals(id))
                .findFirst()
                .ifPresent(mine -> one.remove("x", mine));
      }
      words.add(Map.entry(id, one.word()));
    }
    for (String hearer : ids) {
      List<Map.Entry<String, Word>> shuffled = new ArrayList<>(words);
      Collections.shuffle(shuffled, chance);
      shuffled.forEach(word -> all.get(hearer).hear(word.getKey(), word.getValue()));
    }

    Registry first = all.get("a");
    assertThat(first.agreed("plan")).isPresent();
    assertThat(all.values())
        .as("seed %d", seed)
        .allSatisfy(one -> {
          assertThat(one.said("name")).isEqualTo(first.said("name"));
          assertThat(one.agreed("plan")).isEqualTo(first.agreed("plan"));
          assertThat(one.registrations("x"))
              .containsExactlyInAnyOrderElementsOf(first.registrations("x"));
        });
  }

  @Test
  void of_two_agreements_of_one_number_all_take_the_same() {
    Agreed one = new Agreed(3, "a", "one");
    Agreed other = new Agreed(3, "b", "other");

    assertThat(one.or(other)).isEqualTo(other);
    assertThat(other.or(one)).isEqualTo(other);
  }
}
