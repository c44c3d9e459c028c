package allocation.simulation;

import allocation.bus.Placement;
import allocation.bus.Shards;
import allocation.simulation.Faults.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The nodes, and all that happens to them and to what they stand on. */
final class Nodes {
  private static final long TICK_MS = 200;

  /** Longer than anybody waits. */
  private static final int MOST_CUT_MS = 2 * (int) Node.REPLY_TIMEOUT_MS;

  private final World world;
  private final Network network;
  private final Database database;
  private final Topic topic;
  private final CommandsTopic commands;
  private final Shards shards;
  private final IntFunction<String> names;
  private final List<Node> nodes = new ArrayList<>();
  private List<String> owners = List.of();
  private int born;

  Nodes(
      World world,
      Database database,
      Topic topic,
      CommandsTopic commands,
      Shards shards,
      int count) {
    this.world = world;
    this.network = new Network(world);
    this.database = database;
    this.topic = topic;
    this.commands = commands;
    this.shards = shards;
    this.names = number -> "n" + number;
    for (int i = 0; i < count; i++) {
      nodes.add(make());
    }
    plan();
    world.afterMs(TICK_MS, this::tick);
  }

  private Node make() {
    return new Node(names.apply(born++), world, network, database, topic, commands, shards);
  }

  /** One that does not stand still as far as anybody can see. */
  Optional<Node> any() {
    List<Node> alive = alive();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(world.random.nextInt(alive.size())));
  }

  private List<Node> alive() {
    return nodes.stream().filter(Node::isAlive).toList();
  }

  /** A plan that is right, of which each node hears a little later. */
  private void plan() {
    List<Node> alive = alive();
    Set<String> live = alive.stream().map(node -> node.id).collect(Collectors.toSet());
    List<String> next = new ArrayList<>();
    for (int shard : shards.all()) {
      next.add(alive.isEmpty() ? Placement.NOBODY : alive.get(shard % alive.size()).id);
    }
    if (world.chance(0.5)) {
      Collections.shuffle(next, world.random);
    }
    owners = next;
    List<String> told = List.copyOf(next);
    alive.forEach(node -> world.afterMs(world.between(0, 300), () -> node.tell(live, told)));
  }

  private void tick() {
    if (world.faults.isHealed()) {
      return;
    }
    if (!database.isAway() && world.faults.happens(Kind.DATABASE_CRASH)) {
      database.crash();
      world.afterMs(world.between(50, 3_000), database::comeBack);
    }
    if (world.faults.happens(Kind.NODE_CRASH)) {
      any().ifPresent(this::kill);
    }
    if (world.faults.happens(Kind.NODE_FROZEN)) {
      any()
          .ifPresent(node -> {
            node.freeze(world.between(100, 8_000));
            // The others take it for dead, and plan without it when it is awake again.
            world.afterMs(world.between(500, 3_000), this::plan);
          });
    }
    if (world.faults.happens(Kind.SHARDS_MOVED)) {
      believe();
    }
    if (world.faults.happens(Kind.NETWORK_CUT)) {
      cut();
    }
    if (world.faults.happens(Kind.TOPIC_AWAY)) {
      topic.away(true);
      commands.away(true);
      world.afterMs(
          world.between(100, 3_000),
          () -> {
            topic.away(false);
            commands.away(false);
          });
    }
    world.afterMs(TICK_MS, this::tick);
  }

  private void kill(Node node) {
    node.kill();
    nodes.remove(node);
    world.afterMs(world.between(200, 1_500), this::plan);
    world.afterMs(
        world.between(500, 3_000),
        () -> {
          nodes.add(make());
          plan();
        });
  }

  /** Each node has an idea of its own of who has what. */
  private void believe() {
    List<Node> alive = alive();
    Set<String> live = alive.stream().map(node -> node.id).collect(Collectors.toSet());
    for (Node node : alive) {
      List<String> belief = new ArrayList<>();
      for (int i = 0; i < shards.count(); i++) {
        belief.add(
            world.chance(0.15)
                ? Placement.NOBODY
                : alive.get(world.random.nextInt(alive.size())).id);
      }
      node.tell(live, belief);
    }
    world.afterMs(world.between(100, 3_000), this::plan);
  }

  private void cut() {
    List<Node> alive = new ArrayList<>(alive());
    if (alive.size() < 2) {
      return;
    }
    Collections.shuffle(alive, world.random);
    Bus one = alive.get(0).loop.bus();
    Bus other = alive.get(1).loop.bus();
    network.cut(one, other);
    world.afterMs(world.between(100, MOST_CUT_MS), () -> network.mended(one, other));
  }

  /** All is well from now on. */
  void heal() {
    database.comeBack();
    topic.away(false);
    commands.away(false);
    network.heal();
    nodes.forEach(node -> node.loop.thaw());
    if (alive().isEmpty()) {
      nodes.add(make());
    }
    plan();
    // What was planned before still arrives: the last word is this one.
    world.afterMs(3_500, this::plan);
    world.afterMs(8_000, this::plan);
  }

  List<String> owners() {
    return owners;
  }
}
