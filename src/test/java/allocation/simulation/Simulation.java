package allocation.simulation;

import allocation.bus.Shards;
import java.util.Map;
import java.util.TreeMap;

/** One world from one seed: a time in which anything may fail, then one in which nothing does. */
public final class Simulation {
  private static final int SHARDS = 3;
  private static final long SAFETY_MS = 5_000;

  /** Long: a follower may have to wait for the session of a dead node, and pauses grow. */
  private static final long HEALED_MS = 120_000;

  final Shards shards = new Shards(SHARDS);
  final World world;
  final Database database;
  final Topic topic;
  final CommandsTopic commands;
  final Checker checker;
  final Nodes nodes;
  final Customers customers;

  /**
   * What a world came to.
   *
   * @param fired how often each fault happened
   * @param foreseen units of work that were written at once
   * @param behind those of them that were sent before the one before them had its answer
   * @param state the same from the same seed
   */
  public record Result(
      long seed, Map<String, Integer> fired, int foreseen, int behind, String state) {}

  Simulation(long seed) {
    world = new World(seed);
    database = new Database(world, shards);
    topic = new Topic(world, database);
    commands = new CommandsTopic(world);
    checker = new Checker(world, database, topic, commands, shards);
    nodes = new Nodes(world, database, topic, commands, shards, world.between(1, 3));
    customers = new Customers(world, nodes, commands, shards, checker);
  }

  /** Throws with the seed when something is seen that must never be. */
  public static Result run(long seed) {
    try {
      Simulation simulation = new Simulation(seed);
      simulation.live();
      simulation.check();
      return simulation.result(seed);
    } catch (RuntimeException e) {
      throw new IllegalStateException("-Dseed=" + seed + ": " + e.getMessage(), e);
    }
  }

  /** From the first customer until the last has what he wants. */
  void live() {
    customers.come(world.between(2, 6), world.between(3, 9));
    world.runFor(SAFETY_MS);
    world.faults.heal();
    nodes.heal();
    // Not asked at each step: that takes longer than most of them.
    if (!world.runUntil(() -> world.steps() % 16 == 0 && isDone(), HEALED_MS)) {
      throw new World.Violation(
          "not done %d s after all was healed: customers %s, commands %s, log %s, views %s, topic %s, owners %s"
              .formatted(
                  HEALED_MS / 1_000,
                  customers.areDone(),
                  commands.isDrained(),
                  database.positions(),
                  database.views.cursors(),
                  shards.all().stream().map(this::published).toList(),
                  nodes.owners()));
    }
  }

  private boolean isDone() {
    return customers.areDone()
        && commands.isDrained()
        && shards.all().stream()
            .allMatch(shard ->
                database.views.cursor(shard) == database.position(shard)
                    && published(shard) == database.position(shard));
  }

  private long published(int shard) {
    return database.cursor("publisher", shard);
  }

  /** All must agree. */
  void check() {
    checker.check(customers.errands);
  }

  private Result result(long seed) {
    Map<String, Integer> fired = new TreeMap<>();
    world.faults.fired().forEach((kind, times) -> fired.put(kind.name(), times));
    String state =
        "%d steps, %d answers, %d views, log %s at %d ms"
            .formatted(
                world.steps(),
                checker.answers(),
                checker.views(),
                database.positions(),
                world.nowMs());
    return new Result(seed, fired, world.foreseen, world.behind, state);
  }
}
