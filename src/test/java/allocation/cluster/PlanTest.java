package allocation.cluster;

import static allocation.bus.Placement.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Role;
import allocation.given.RandomCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PlanTest {
  private static final Set<Role> ALL = EnumSet.allOf(Role.class);
  private static final Set<Role> HANDLES = EnumSet.of(Role.HANDLER);
  private static final Set<Role> FOLLOWS = EnumSet.complementOf(EnumSet.of(Role.HANDLER));

  static LongStream seeds() {
    return RandomCommands.seeds(50);
  }

  @Test
  void spreads_every_role_over_the_nodes_that_have_it() {
    Plan plan = Plan.empty().next(4, List.of(staying("a", ALL), staying("b", ALL)));

    assertThat(plan.owners()).containsOnlyKeys(ALL);
    assertThat(plan.owners().values()).containsOnly(List.of("a", "b", "a", "b"));
  }

  @Test
  void a_node_gets_nothing_of_what_it_does_not_run() {
    Plan plan = Plan.empty().next(4, List.of(staying("http", Set.of()), staying("a", HANDLES)));

    assertThat(plan.owners().get(Role.HANDLER)).containsOnly("a");
    assertThat(plan.owners().get(Role.READ_MODEL)).containsOnly(NOBODY);
  }

  @Test
  void one_that_leaves_loses_everything_to_those_that_stay() {
    Plan before = Plan.empty().next(6, List.of(staying("a", ALL), staying("b", ALL)));

    Plan after = before.next(6, List.of(leaving("a", ALL), staying("b", ALL)));

    assertThat(after.owners().values()).containsOnly(Collections.nCopies(6, "b"));
  }

  @Test
  void one_that_leaves_keeps_what_nobody_else_can_take() {
    Plan before = Plan.empty().next(4, List.of(staying("a", ALL), staying("b", ALL)));

    Plan after = before.next(4, List.of(leaving("a", ALL), staying("b", FOLLOWS)));

    assertThat(after.owners().get(Role.HANDLER)).containsOnly("a");
    assertThat(after.owners().get(Role.PUBLISHER)).containsOnly("b");
  }

  @Test
  void when_all_leave_each_keeps_what_it_has() {
    Plan before = Plan.empty().next(5, List.of(staying("a", ALL), staying("b", ALL)));

    Plan after = before.next(5, List.of(leaving("a", ALL), leaving("b", ALL)));

    assertThat(after).isEqualTo(before);
  }

  @Test
  void what_a_node_had_that_is_gone_is_taken_by_the_others() {
    Plan before =
        Plan.empty().next(6, List.of(staying("a", ALL), staying("b", ALL), staying("c", ALL)));

    Plan after = before.next(6, List.of(staying("a", ALL), staying("c", ALL)));

    assertThat(before.owners().get(Role.HANDLER)).containsExactly("a", "b", "c", "a", "b", "c");
    assertThat(after.owners().get(Role.HANDLER)).containsExactly("a", "a", "c", "a", "c", "c");
  }

  @Test
  void nobody_has_anything_when_nobody_is_there() {
    Plan before = Plan.empty().next(2, List.of(staying("a", ALL)));

    assertThat(before.next(2, List.of()).owners().values()).containsOnly(List.of(NOBODY, NOBODY));
  }

  @Test
  void a_follower_is_where_the_handler_of_its_shard_is() {
    List<Node> both = List.of(staying("a", ALL), staying("b", ALL), staying("c", HANDLES));

    Plan plan = Plan.empty().next(6, both);

    assertThat(plan.owners().get(Role.HANDLER)).containsExactly("a", "b", "c", "a", "b", "c");
    assertThat(plan.owners().get(Role.READ_MODEL)).containsExactly("a", "b", "a", "a", "b", "b");
  }

  @Test
  void a_follower_moves_with_the_handler_of_its_shard() {
    Plan before = Plan.empty().next(6, List.of(staying("a", ALL), staying("b", ALL)));

    Plan after = before.next(6, List.of(staying("a", ALL), staying("b", ALL), staying("c", ALL)));

    assertThat(after.owners().get(Role.HANDLER)).contains("c");
    assertThat(after.owners().values()).containsOnly(after.owners().get(Role.HANDLER));
  }

  @Test
  void followers_apart_from_handlers_are_spread_and_stay_where_they_are() {
    List<Node> nodes = List.of(staying("h", HANDLES), staying("r", FOLLOWS), staying("s", FOLLOWS));
    Plan before = Plan.empty().next(4, nodes);
    assertThat(before.owners().get(Role.NOTICES)).containsExactly("r", "s", "r", "s");

    List<Node> more = new ArrayList<>(nodes);
    more.add(staying("i", HANDLES));
    Plan after = before.next(4, more);

    assertThat(after.owners().get(Role.HANDLER)).containsExactly("h", "h", "i", "i");
    assertThat(after.owners().get(Role.NOTICES)).isEqualTo(before.owners().get(Role.NOTICES));
  }

  @Test
  void a_plan_for_another_number_of_shards_is_made_anew() {
    Plan before = Plan.empty().next(8, List.of(staying("a", ALL)));

    Plan after = before.next(2, List.of(staying("a", ALL), staying("b", ALL)));

    assertThat(after.owners().values()).containsOnly(List.of("a", "b"));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void every_shard_of_every_role_has_a_node_that_runs_it_and_the_next_plan_is_the_same(long seed) {
    Random random = new Random(seed);
    int shards = 1 + random.nextInt(20);
    Plan plan = Plan.empty();
    for (int step = 0; step < 20; step++) {
      List<Node> nodes = nodes(random);

      plan = plan.next(shards, nodes);

      for (Role role : Role.values()) {
        List<String> can =
            nodes.stream().filter(node -> node.roles().contains(role)).map(Node::id).toList();
        List<String> stay =
            nodes.stream()
                .filter(node -> node.roles().contains(role) && !node.leaving())
                .map(Node::id)
                .toList();
        assertThat(plan.owners().get(role))
            .as("-Dseed=%d step=%d role=%s nodes=%s", seed, step, role, nodes)
            .hasSize(shards)
            .isSubsetOf(can.isEmpty() ? List.of(NOBODY) : stay.isEmpty() ? can : stay);
      }
      assertThat(plan.next(shards, nodes)).as("-Dseed=%d step=%d", seed, step).isEqualTo(plan);
    }
  }

  private static List<Node> nodes(Random random) {
    List<Node> nodes = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      if (random.nextInt(3) > 0) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (Role role : Role.values()) {
          if (random.nextBoolean()) {
            roles.add(role);
          }
        }
        nodes.add(new Node("n" + n, "", roles, random.nextInt(4) == 0));
      }
    }
    return nodes;
  }

  private static Node staying(String id, Set<Role> roles) {
    return new Node(id, "", roles, false);
  }

  private static Node leaving(String id, Set<Role> roles) {
    return new Node(id, "", roles, true);
  }
}
