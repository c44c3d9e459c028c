package allocation.cluster;

import static allocation.bus.Placement.NOBODY;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.CurrentPlacement;
import allocation.bus.EventsCommitted;
import allocation.bus.Placement;
import allocation.bus.Role;
import allocation.bus.Shards;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NudgesAbroadTest {
  private static final EventsCommitted LAST = new EventsCommitted(1, 99, 99, List.of());

  private final Vertx vertx = Vertx.vertx();
  private final CurrentPlacement placement =
      new CurrentPlacement(new Placement("here", Set.of("here", "a", "b"), Map.of()));
  private final List<String> got = new CopyOnWriteArrayList<>();

  /** Every node takes what it gets on this event loop: in the order in which it was sent. */
  private final Context context = vertx.getOrCreateContext();

  @BeforeEach
  void deploy() {
    WireCodec.register(vertx.eventBus());
    for (String node : List.of("here", "a", "b", NOBODY)) {
      Later.on(
          context,
          () ->
              vertx
                  .eventBus()
                  .<EventsCommitted>localConsumer(
                      Addresses.node(node),
                      nudge -> got.add("%s: %d/%d".formatted(node, shard(nudge), last(nudge))))
                  .completion());
    }
    result(vertx.deployVerticle(new NudgesAbroad(placement, new Shards(2))));
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_nudge_is_sent_to_the_nodes_that_follow_its_shard() {
    follow(
        Map.of(
            Role.READ_MODEL, List.of("a", "b"),
            Role.PUBLISHER, List.of("b", "a")));

    nudge(new EventsCommitted(0, 1, 7, List.of()));

    until("both are told", () -> got.size() == 2);
    assertThat(got).containsExactlyInAnyOrder("a: 0/7", "b: 0/7");
  }

  @Test
  void once_for_all_followers_of_a_node() {
    follow(
        Map.of(
            Role.READ_MODEL, List.of("a", "b"),
            Role.PUBLISHER, List.of("a", "b"),
            Role.NOTICES, List.of("a", "b")));

    nudge(new EventsCommitted(0, 1, 7, List.of()));

    assertThatNothingElseIsSentThan("a: 0/7", "b: 1/99");
  }

  @Test
  void nothing_is_sent_where_they_run_here_or_nowhere() {
    follow(
        Map.of(
            Role.HANDLER, List.of("here", "here"),
            Role.READ_MODEL, List.of("here", "b"),
            Role.PUBLISHER, List.of(NOBODY, "b")));

    nudge(new EventsCommitted(0, 1, 7, List.of()));

    assertThatNothingElseIsSentThan("b: 1/99");
  }

  @Test
  void what_came_from_another_node_is_not_sent_on() {
    follow(Map.of(Role.READ_MODEL, List.of("a", "b")));

    vertx
        .eventBus()
        .publish(
            Addresses.events(0),
            new EventsCommitted(0, 1, 7, List.of()),
            new DeliveryOptions().addHeader(NodeGateVerticle.FORWARDED, "true"));

    assertThatNothingElseIsSentThan("b: 1/99");
  }

  private static int shard(Message<EventsCommitted> nudge) {
    return nudge.body().shard();
  }

  private static long last(Message<EventsCommitted> nudge) {
    return nudge.body().last();
  }

  private void follow(Map<Role, List<String>> owners) {
    placement.moveTo(new Placement("here", Set.of("here", "a", "b"), owners), vertx.eventBus());
  }

  private void nudge(EventsCommitted nudge) {
    vertx.eventBus().publish(Addresses.events(nudge.shard()), nudge);
  }

  /** Nudges are taken in order: when the last one is there, so is all that was before it. */
  private void assertThatNothingElseIsSentThan(String... nudges) {
    nudge(LAST);
    until("the last is there", () -> got.contains("b: 1/99"));
    assertThat(got).containsExactlyInAnyOrder(nudges);
  }
}
