package allocation.cluster;

import static allocation.bus.Placement.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Role;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The texts as nodes of other versions write and read them: they only ever get fields more. */
final class ClusterJsonTest {
  private static final Node NODE =
      new Node("7f-3a", "d-1", EnumSet.of(Role.NOTICES, Role.HANDLER, Role.READ_MODEL), true);
  private static final String NODE_TEXT =
      """
      {"v":1,"database":"d-1","roles":["HANDLER","READ_MODEL","NOTICES"],"leaving":true}\
      """;

  private static final Plan PLAN =
      new Plan(
          Map.of(
              Role.PUBLISHER, List.of("b", NOBODY),
              Role.HANDLER, List.of("a", "b"),
              Role.LINE_ALLOCATED, List.of()));
  private static final String PLAN_TEXT =
      """
      {"v":1,"owners":{"HANDLER":["a","b"],"PUBLISHER":["b",""],"LINE_ALLOCATED":[]}}\
      """;

  @Test
  void a_node_is_written_as_it_always_was() {
    assertThat(ClusterJson.write(NODE)).isEqualTo(NODE_TEXT);
  }

  @Test
  void a_node_is_read_as_it_was_written() {
    assertThat(ClusterJson.node("7f-3a", NODE_TEXT)).isEqualTo(NODE);
  }

  @Test
  void a_plan_is_written_as_it_always_was() {
    assertThat(ClusterJson.write(PLAN)).isEqualTo(PLAN_TEXT);
  }

  @Test
  void a_plan_is_read_as_it_was_written() {
    assertThat(ClusterJson.plan(PLAN_TEXT)).isEqualTo(PLAN);
  }

  @Test
  void every_role_comes_back() {
    Map<Role, List<String>> owners = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      owners.put(role, List.of(role.name().toLowerCase(Locale.ROOT)));
    }
    Plan plan = new Plan(owners);
    Node node = new Node("n", "d", EnumSet.allOf(Role.class), false);

    assertThat(ClusterJson.plan(ClusterJson.write(plan))).isEqualTo(plan);
    assertThat(ClusterJson.node("n", ClusterJson.write(node))).isEqualTo(node);
  }

  @Test
  void what_a_newer_version_added_is_somebody_elses() {
    assertThat(
            ClusterJson.node(
                "n",
                """
                {"v":2,"roles":["ORACLE","HANDLER"],"leaving":false,"zone":"north"}\
                """))
        .isEqualTo(new Node("n", "", Set.of(Role.HANDLER), false));
    assertThat(
            ClusterJson.plan(
                """
                {"v":2,"owners":{"ORACLE":["a"],"HANDLER":["b"]},"zones":{"north":["a"]}}\
                """))
        .isEqualTo(new Plan(Map.of(Role.HANDLER, List.of("b"))));
  }

  @Test
  void a_node_that_said_nothing_runs_nothing_and_stays() {
    assertThat(ClusterJson.node("n", "{}")).isEqualTo(new Node("n", "", Set.of(), false));
    assertThat(ClusterJson.plan("{}")).isEqualTo(Plan.empty());
  }
}
