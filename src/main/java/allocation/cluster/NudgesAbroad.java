package allocation.cluster;

import static java.util.stream.Collectors.toSet;

import allocation.bus.Addresses;
import allocation.bus.CurrentPlacement;
import allocation.bus.EventsCommitted;
import allocation.bus.Placement;
import allocation.bus.Role;
import allocation.bus.Shards;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.util.Arrays;
import java.util.Set;

/**
 * Sends the nudges of this node's handlers to the nodes that follow their shards, where followers
 * run apart from handlers.
 */
final class NudgesAbroad extends VerticleBase {
  private final CurrentPlacement placement;
  private final Shards shards;

  NudgesAbroad(CurrentPlacement placement, Shards shards) {
    this.placement = placement;
    this.shards = shards;
  }

  @Override
  public Future<?> start() {
    return Future.all(
        shards.all().stream()
            .map(shard ->
                vertx
                    .eventBus()
                    .<EventsCommitted>localConsumer(Addresses.events(shard), this::send)
                    .completion())
            .toList());
  }

  private void send(Message<EventsCommitted> nudge) {
    if (nudge.headers().contains(EventsCommitted.FORWARDED)) {
      return;
    }
    Placement now = placement.get();
    int shard = nudge.body().shard();
    Set<String> followers =
        Arrays.stream(Role.values())
            .flatMap(role -> now.owner(role, shard).stream())
            .filter(node -> !node.equals(now.self()))
            .collect(toSet());
    followers.forEach(node -> vertx.eventBus().send(Addresses.node(node), nudge.body()));
  }
}
