package allocation.simulation;

import allocation.bus.Addresses;
import allocation.simulation.Faults.Kind;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is between the nodes: loses, doubles and delays messages, and is cut. What is sent through a
 * cut is lost, or comes when it is mended, as TCP does it.
 */
final class Network {
  /** Longer than anybody waits. */
  private static final int MOST_LATE_MS = 2 * (int) Node.REPLY_TIMEOUT_MS;

  private final World world;
  private final Map<String, Bus> nodes = new HashMap<>();
  private final Map<Set<Bus>, List<Runnable>> cuts = new HashMap<>();

  Network(World world) {
    this.world = world;
  }

  /** A node that has come, or one that has come again. */
  void join(String node, Bus bus) {
    nodes.put(Addresses.node(node), bus);
  }

  boolean isAbroad(String address, Bus from) {
    Bus to = nodes.get(address);
    return to != null && to != from;
  }

  /** Nothing passes between the two until it is {@link #mended}. */
  void cut(Bus one, Bus other) {
    cuts.putIfAbsent(Set.of(one, other), new ArrayList<>());
  }

  void mended(Bus one, Bus other) {
    deliver(cuts.remove(Set.of(one, other)));
  }

  void heal() {
    cuts.values().forEach(this::deliver);
    cuts.clear();
  }

  private void deliver(@Nullable List<Runnable> held) {
    if (held != null) {
      held.forEach(arrive -> world.after(world.wayMicros(), arrive));
    }
  }

  void send(Bus from, String address, Object body, MultiMap headers, Bus.Replier replier) {
    Bus to = nodes.get(address);
    pass(
        from,
        to,
        () ->
            to.loop()
                .run(
                    0,
                    () ->
                        to.arrive(
                            address,
                            body,
                            headers,
                            done -> pass(to, from, () -> replier.accept(done)))));
  }

  private void pass(Bus from, Bus to, Runnable arrive) {
    List<Runnable> held = cuts.get(Set.of(from, to));
    if (held != null) {
      if (world.faults.isPossible(Kind.MESSAGE_HELD) && world.chance(0.5)) {
        world.faults.count(Kind.MESSAGE_HELD);
        held.add(arrive);
      }
      return;
    }
    if (world.faults.happens(Kind.MESSAGE_LOST)) {
      return;
    }
    world.after(delay(), arrive);
    if (world.faults.happens(Kind.MESSAGE_TWICE)) {
      world.after(delay(), arrive);
    }
  }

  private long delay() {
    return world.wayMicros()
        + (world.faults.happens(Kind.MESSAGE_LATE) ? world.between(1, MOST_LATE_MS) * 1_000L : 0);
  }
}
