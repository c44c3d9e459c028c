package allocation.cluster;

import static allocation.bus.Placement.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.RandomCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class SpreadTest {
  private static final int STEPS = 40;

  static LongStream seeds() {
    return RandomCommands.seeds(50);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # before    | owners | after
          - - - - - - | a      | a a a a a a
          - - - - - - | a b    | a b a b a b
          - - - - -   | b a    | a b a b a
          a a a a a a | a b    | a a a b b b
          a a a b b b | a b c  | a a c b b c
          a b c a b c | a c    | a a c a c c
          a b c a b c | b      | b b b b b b
          a b         | a b c  | a b
          a a b       | a b    | a a b
          a b b       | a b    | a b b
          x y x y     | a b    | a b a b
          a a a       | x y z  | x y z
          a a a a b   | a b c  | a a b c b
          """)
  void moves_as_few_as_can_be_and_chooses_by_name(String before, String owners, String after) {
    assertThat(String.join(" ", Spread.over(words(before), words(owners))).replace(NOBODY, ""))
        .isEqualTo(after);
  }

  @Test
  void where_there_is_no_owner_nobody_has_anything() {
    assertThat(Spread.over(List.of("a", "b", NOBODY), List.of()))
        .containsExactly(NOBODY, NOBODY, NOBODY);
  }

  @Test
  void where_there_is_no_shard_nothing_is_spread() {
    assertThat(Spread.over(List.of(), List.of("a", "b"))).isEmpty();
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void whoever_comes_and_goes_each_has_as_many_as_the_others_or_one_more(long seed) {
    Random random = new Random(seed);
    List<String> spread = nobodys(1 + random.nextInt(40));
    for (int step = 0; step < STEPS; step++) {
      Set<String> owners = some(random);

      spread = Spread.over(spread, owners);

      List<String> now = spread;
      assertThat(now).as("-Dseed=%d step=%d", seed, step).isSubsetOf(owners);
      List<Integer> loads = owners.stream().map(owner -> load(now, owner)).toList();
      assertThat(Collections.max(loads) - Collections.min(loads))
          .as("-Dseed=%d step=%d owners=%s spread=%s", seed, step, owners, now)
          .isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void one_that_joins_gets_its_share_and_nothing_else_moves(long seed) {
    Random random = new Random(seed);
    Set<String> owners = some(random);
    List<String> before = Spread.over(unbalanced(random), owners);
    // Its name may come before, between or after the others'.
    String joining = "n" + random.nextInt(100) + "+";
    Set<String> more = new TreeSet<>(owners);
    more.add(joining);

    List<String> after = Spread.over(before, more);

    for (int shard = 0; shard < before.size(); shard++) {
      assertThat(after.get(shard)).as("-Dseed=%d", seed).isIn(before.get(shard), joining);
    }
    // Shards that do not divide evenly are left where they are.
    assertThat(load(after, joining)).as("-Dseed=%d", seed).isEqualTo(before.size() / more.size());
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void of_one_that_leaves_moves_what_it_had_and_nothing_else(long seed) {
    Random random = new Random(seed);
    Set<String> owners = some(random);
    owners.add("stays");
    List<String> before = Spread.over(unbalanced(random), owners);
    String leaving = owners.stream().skip(random.nextInt(owners.size())).findFirst().orElseThrow();
    owners.remove(leaving);
    if (owners.isEmpty()) {
      owners.add("heir");
    }

    List<String> after = Spread.over(before, owners);

    for (int shard = 0; shard < before.size(); shard++) {
      if (before.get(shard).equals(leaving)) {
        assertThat(after.get(shard)).as("-Dseed=%d", seed).isIn(owners);
      } else {
        assertThat(after.get(shard)).as("-Dseed=%d", seed).isEqualTo(before.get(shard));
      }
    }
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void the_same_is_found_whatever_the_order_in_which_owners_are_named(long seed) {
    Random random = new Random(seed);
    List<String> before = unbalanced(random);
    List<String> owners = new ArrayList<>(some(random));
    List<String> spread = Spread.over(before, owners);

    Collections.shuffle(owners, random);

    assertThat(Spread.over(before, owners)).as("-Dseed=%d", seed).isEqualTo(spread);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void what_is_spread_already_stays(long seed) {
    Random random = new Random(seed);
    Set<String> owners = some(random);
    List<String> spread = Spread.over(unbalanced(random), owners);

    assertThat(Spread.over(spread, owners)).as("-Dseed=%d", seed).isEqualTo(spread);
  }

  private static int load(List<String> spread, String owner) {
    return Collections.frequency(spread, owner);
  }

  /** One owner at least. */
  private static Set<String> some(Random random) {
    Set<String> owners = new TreeSet<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      owners.add("n" + random.nextInt(10));
    }
    return owners;
  }

  /** As no rule would have it. */
  private static List<String> unbalanced(Random random) {
    List<String> owners = new ArrayList<>(some(random));
    owners.add(NOBODY);
    return IntStream.range(0, 1 + random.nextInt(40))
        .mapToObj(shard -> owners.get(random.nextInt(owners.size())))
        .toList();
  }

  private static List<String> nobodys(int shards) {
    return Collections.nCopies(shards, NOBODY);
  }

  private static List<String> words(String text) {
    return List.of(text.split(" ")).stream().map(word -> word.equals("-") ? NOBODY : word).toList();
  }
}
