package allocation.cluster;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.LetGo;
import allocation.bus.Role;
import allocation.cluster.ClusterOfNodes.TestNode;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PlacementVerticleTest {
  private static final List<Integer> ALL =
      IntStream.range(0, ClusterOfNodes.SHARDS).boxed().toList();

  private final ClusterOfNodes nodes = new ClusterOfNodes();
  private final InMemoryCluster cluster = nodes.cluster;

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void the_first_node_has_every_shard() {
    TestNode a = nodes.handler("a");

    untilSpread(a);

    assertThat(a.handles()).isEqualTo(ALL);
    assertThat(cluster.owners(Role.HANDLER)).containsOnly("a");
    assertThat(a.placement.get().shards(Role.HANDLER, "a")).isEqualTo(ALL);
  }

  @Test
  void a_node_is_in_the_plan_that_it_makes_by_the_time_that_it_has_started() {
    TestNode a = nodes.handler("a");

    assertThat(a.placement.get().shards(Role.HANDLER, "a")).isEqualTo(ALL);
  }

  @Test
  void nodes_that_come_get_their_share_and_all_know_it() {
    TestNode a = nodes.handler("a");
    TestNode b = nodes.handler("b");
    TestNode c = nodes.handler("c");

    untilSpread(a, b, c);

    assertThat(List.of(a, b, c)).allSatisfy(node -> assertThat(node.handles()).hasSize(2));
    for (TestNode node : List.of(a, b, c)) {
      until(
          "it knows",
          () ->
              Stream.of(a, b, c)
                  .allMatch(one ->
                      node.placement.get().shards(Role.HANDLER, one.id).equals(one.handles())));
      assertThat(node.placement.get().live()).containsExactlyInAnyOrder("a", "b", "c");
    }
  }

  @Test
  void the_eldest_plans_and_when_it_is_gone_the_next_does() {
    // Not the first by name.
    TestNode b = nodes.handler("b");
    TestNode a = nodes.handler("a");
    TestNode c = nodes.handler("c");
    untilSpread(a, b, c);
    assertThat(cluster.planners()).containsOnly("b");

    b.die();

    untilSpread(a, c);
    assertThat(cluster.planners().getLast()).isEqualTo("a");
    assertThat(cluster.planners()).doesNotContain("c");
    assertThat(a.handles()).hasSize(3);
    assertThat(c.handles()).hasSize(3);
  }

  @Test
  void one_that_has_not_said_what_it_runs_plans_nothing() {
    cluster.join("silent");

    TestNode a = nodes.handler("a");

    untilSpread(a);
    assertThat(cluster.planners()).containsOnly("a");
    assertThat(a.placement.get().live()).containsExactlyInAnyOrder("a", "silent");
  }

  @Test
  void one_of_another_database_is_sent_away_and_changes_nothing() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    List<String> before = cluster.announcements();

    TestNode stranger = nodes.make("b", "another", Map.of(Role.HANDLER, 1));

    assertThat(failure(stranger.deployed()))
        .hasMessageContaining("another database")
        .hasMessageContaining("cluster.name");
    assertThat(cluster.announcements()).isEqualTo(before);
    assertThat(stranger.handles()).isEmpty();
  }

  @Test
  void those_that_were_there_plan_as_if_one_of_another_database_were_not() {
    TestNode a = nodes.handler("a");
    TestNode c = nodes.handler("c");
    untilSpread(a, c);

    // As when two clusters of one name meet: it has come without being refused.
    Membership stranger = cluster.join("b");
    result(stranger.announce(new Node("b", "another", Set.of(Role.HANDLER), false)));
    c.die();

    untilSpread(a);
    assertThat(a.handles()).isEqualTo(ALL);
  }

  @Test
  void one_that_does_not_say_its_database_is_of_an_earlier_version_and_welcome() {
    Membership earlier = cluster.join("a");
    result(earlier.announce(new Node("a", "", Set.of(), false)));

    TestNode b = nodes.make("b", ClusterOfNodes.DATABASE, Map.of(Role.HANDLER, 1));

    result(b.deployed());
  }

  @Test
  void one_that_loses_the_race_for_the_plan_looks_again_at_once() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    // More often than it looks by itself while this test waits.
    cluster.loseRaces(20);

    TestNode b = nodes.handler("b");

    untilSpread(a, b);
    assertThat(b.handles()).hasSize(3);
  }

  @Test
  void one_whose_word_was_lost_says_it_again() {
    TestNode a = nodes.handler("a");
    TestNode b = nodes.handler("b");
    untilSpread(a, b);
    List<String> before = cluster.announcements();

    cluster.forget("a");

    until("it says it again", () -> cluster.announcements().size() > before.size());
    assertThat(cluster.announcements().getLast()).isEqualTo("a");
    until("it has its share again", () -> cluster.owners(Role.HANDLER).contains("a"));
    untilSpread(a, b);
    assertThat(a.handles()).hasSize(3);
  }

  @Test
  void a_cluster_that_cannot_be_seen_for_a_while_is_looked_at_again() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    cluster.refuseLooks(2);

    until(
        "it has looked in vain",
        () -> {
          cluster.tell();
          return cluster.hasRefusedAll();
        });
    TestNode b = nodes.handler("b");

    untilSpread(a, b);
  }

  @Test
  void word_of_a_change_may_be_lost() {
    TestNode a = nodes.handler("a");
    untilSpread(a);

    cluster.plan(Plan.empty());

    until(
        "it has planned again", () -> cluster.owners(Role.HANDLER).equals(named("a", ALL.size())));
  }

  @Test
  void those_on_the_node_are_told_when_the_placement_changes_and_only_then() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    AtomicInteger told = new AtomicInteger();
    result(
        a.vertx
            .eventBus()
            .<BusMessage>localConsumer(Addresses.PLACED, placed -> told.incrementAndGet())
            .completion());
    // Nothing has changed: it is looked at, and nobody is told.
    result(a.vertx.eventBus().request(Addresses.LET_GO, new LetGo(List.of())));
    cluster.tell();
    result(a.vertx.eventBus().request(Addresses.LET_GO, new LetGo(List.of())));
    assertThat(told).hasValue(0);

    cluster.join("b");

    until("they are told", () -> told.get() == 1);
  }

  @Test
  void a_shard_is_taken_when_the_one_that_had_it_has_let_go() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    a.instances(Role.HANDLER).hold();

    TestNode b = nodes.handler("b");
    until("it is told to leave", () -> a.instances(Role.HANDLER).unanswered() == 1);
    until("it is asked to let go", () -> b.placement.get().shards(Role.HANDLER, "b").size() == 3);
    assertThat(b.instances(Role.HANDLER).told()).isEmpty();
    a.instances(Role.HANDLER).release();

    untilSpread(a, b);
  }

  @Test
  void a_shard_of_one_that_does_not_answer_is_taken_after_a_while() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    a.instances(Role.HANDLER).hold();

    TestNode b = nodes.handler("b");

    until("it does not wait for ever", () -> b.handles().size() == 3);
    assertThat(a.instances(Role.HANDLER).unanswered()).isOne();
  }

  @Test
  void followers_do_not_ask_since_locks_and_cursors_keep_them_apart() {
    TestNode a = nodes.start("a", Map.of(Role.PUBLISHER, 1));
    until("it has all", () -> a.instances(Role.PUBLISHER).shards().equals(ALL));
    a.instances(Role.PUBLISHER).hold();

    TestNode b = nodes.start("b", Map.of(Role.PUBLISHER, 1));

    until("it has its share", () -> b.instances(Role.PUBLISHER).shards().size() == 3);
    assertThat(a.instances(Role.PUBLISHER).unanswered()).isOne();
  }

  @Test
  void one_that_leaves_is_gone_when_the_others_have_its_shards() {
    TestNode a = nodes.handler("a");
    TestNode b = nodes.handler("b");
    untilSpread(a, b);
    a.instances(Role.HANDLER).hold();

    Future<Void> left = a.leave();
    until("it is told to leave", () -> a.instances(Role.HANDLER).unanswered() == 1);
    assertThat(left.isComplete()).isFalse();
    a.instances(Role.HANDLER).release();

    result(left);
    assertThat(a.handles()).isEmpty();
    until("the other has all", () -> b.handles().equals(ALL));
  }

  @Test
  void one_that_leaves_waits_for_each_of_its_roles() {
    Map<Role, Integer> both = Map.of(Role.HANDLER, 1, Role.NOTICES, 1);
    TestNode a = nodes.start("a", both);
    TestNode b = nodes.start("b", both);
    untilSpread(a, b);
    until("followers, too", () -> a.instances(Role.NOTICES).shards().size() == 3);
    a.instances(Role.NOTICES).hold();

    Future<Void> left = a.leave();
    until("handlers have gone", () -> a.handles().isEmpty() && b.handles().equals(ALL));
    until("followers are told", () -> a.instances(Role.NOTICES).unanswered() == 1);
    assertThat(left.isComplete()).isFalse();
    a.instances(Role.NOTICES).release();

    result(left);
  }

  @Test
  void one_that_nobody_can_follow_leaves_at_once_and_serves_to_the_last() {
    TestNode a = nodes.handler("a");
    nodes.start("b", Map.of(Role.NOTICES, 1));
    untilSpread(a);

    result(a.leave());

    assertThat(a.handles()).isEqualTo(ALL);
    assertThat(cluster.owners(Role.HANDLER)).containsOnly("a");
  }

  @Test
  void one_that_has_no_shards_leaves_at_once() {
    nodes.handler("a");
    TestNode front = nodes.start("front", Map.of(Role.HANDLER, 0));

    result(front.leave());
  }

  @Test
  void one_whose_heir_leaves_too_does_not_wait_for_it() {
    TestNode a = nodes.handler("a");
    TestNode b = nodes.handler("b");
    untilSpread(a, b);
    a.instances(Role.HANDLER).hold();
    Future<Void> left = a.leave();
    until("it is told to leave", () -> a.instances(Role.HANDLER).unanswered() == 1);

    Future<Void> leftToo = b.leave();

    result(leftToo);
    result(left);
    a.instances(Role.HANDLER).release();
  }

  @Test
  void one_that_cannot_say_that_it_leaves_says_it_again() {
    TestNode a = nodes.handler("a");
    TestNode b = nodes.handler("b");
    untilSpread(a, b);
    cluster.refuseAnnouncements(1);

    result(a.leave());

    assertThat(a.handles()).isEmpty();
    until("the other has all", () -> b.handles().equals(ALL));
  }

  @Test
  void one_that_is_alone_and_cannot_say_that_it_leaves_leaves_all_the_same() {
    TestNode a = nodes.handler("a");
    untilSpread(a);
    cluster.refuseAnnouncements(1);

    result(a.leave());
  }

  @Test
  void one_that_runs_no_handler_has_nothing_to_let_go_of() {
    TestNode front = nodes.start("front", Map.of());

    result(front.vertx.eventBus().request(Addresses.LET_GO, new LetGo(ALL)));
  }

  @Test
  void one_that_is_asked_to_let_go_looks_for_the_plan_that_it_has_not_heard_of() {
    TestNode a = nodes.handler("a");
    TestNode b = nodes.handler("b");
    untilSpread(a, b);
    List<String> before = cluster.owners(Role.HANDLER);
    // Nobody is told of it, and b does not plan.
    List<String> after = before.stream().map(node -> node.equals("b") ? "a" : node).toList();
    cluster.plan(new Plan(Map.of(Role.HANDLER, after)));

    result(b.vertx.eventBus().request(Addresses.LET_GO, new LetGo(ALL)));

    assertThat(b.handles()).isEmpty();
  }

  @Test
  void a_start_that_cannot_see_the_cluster_fails() {
    cluster.refuseLooks(1);

    assertThat(failure(Future.succeededFuture().compose(now -> started("a"))))
        .hasMessageContaining("does not answer");
  }

  private Future<?> started(String id) {
    try {
      nodes.handler(id);
      return Future.succeededFuture();
    } catch (AssertionError e) {
      return Future.failedFuture(e.getCause());
    }
  }

  @Test
  void tells_how_many_nodes_it_sees_and_how_many_shards_it_has() {
    TestNode a = nodes.start("a", Map.of(Role.HANDLER, 2, Role.READ_MODEL, 1));
    TestNode b = nodes.handler("b");

    untilSpread(a, b);

    assertThat(a.gauge("allocation.cluster.shards", "role", "handler")).isEqualTo(3);
    until(
        "followers, too",
        () -> a.gauge("allocation.cluster.shards", "role", "read_model") == ALL.size());
    until("it sees both", () -> a.gauge("allocation.cluster.nodes") == 2);
    assertThat(b.metrics.find("allocation.cluster.shards").tag("role", "read_model").gauge())
        .isNull();
  }

  /** Until every shard has one handler, and each node as many as the others or one more. */
  private static void untilSpread(TestNode... over) {
    int least = ALL.size() / over.length;
    until(
        "the shards are spread",
        () ->
            Stream.of(over).allMatch(node -> node.handles().size() >= least)
                && Stream.of(over)
                    .flatMap(node -> node.handles().stream())
                    .sorted()
                    .toList()
                    .equals(ALL));
  }

  private static List<String> named(String node, int shards) {
    return IntStream.range(0, shards).mapToObj(shard -> node).toList();
  }
}
