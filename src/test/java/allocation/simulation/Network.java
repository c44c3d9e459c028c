package allocation.simulation;

import allocation.bus.Addresses;
import allocation.simulation.Faults.Kind;
import io.vertx.core.MultiMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What is between the nodes: loses, doubles and delays messages, and is cut. */
final class Network {
  private static final int MOST_LATE_MS = 1_500;

  private final World world;
  private final Map<String, Bus> nodes = new HashMap<>();
  private final Set<Set<Bus>> cuts = new HashSet<>();

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
    cuts.add(Set.of(one, other));
  }

  void mended(Bus one, Bus other) {
    cuts.remove(Set.of(one, other));
  }

  void heal() {
    cuts.clear();
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
    if (cuts.contains(Set.of(from, to)) || world.faults.happens(Kind.MESSAGE_LOST)) {
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
