package allocation.simulation;

import allocation.bus.Addresses;
import allocation.bus.CurrentPlacement;
import allocation.bus.Dispatcher;
import allocation.bus.OwnShards;
import allocation.bus.Placement;
import allocation.bus.Requests;
import allocation.bus.Role;
import allocation.bus.Shards;
import allocation.cluster.NodeGateVerticle;
import allocation.handler.CommandHandlerVerticle;
import allocation.json.CommandJson;
import allocation.log.LogPoller;
import allocation.publisher.PublisherVerticle;
import allocation.pulsar.StandInEntrance;
import allocation.readmodel.ReadModelVerticle;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node of the service: its own verticles, on simulated ports. */
final class Node {
  static final List<Role> ROLES = List.of(Role.HANDLER, Role.READ_MODEL, Role.PUBLISHER);
  static final long REPLY_TIMEOUT_MS = 2_000;
  static final long QUERY_TIMEOUT_MS = 1_500;

  private static final int QUEUE = 40;
  private static final int UNIT = 8;
  private static final int LEAST_BEHIND = 1;
  private static final int REMEMBERED = 6;
  private static final long SETTLE_MS = 1_500;
  private static final int BATCH_ROWS = 10;
  private static final int MOST_WAITING = 100;
  private static final long POLL_MS = 1_000;
  private static final long PATIENCE_MS = 600_000;

  /** By so much its clock may be before or behind the right time. */
  private static final int MOST_WRONG_MS = 60_000;

  final String id;
  final Loop loop;
  final CurrentPlacement placement;
  final Dispatcher dispatcher;
  final Requests requests;
  private final Map<Role, List<Integer>> wanted = new EnumMap<>(Role.class);
  private final Map<Role, List<Integer>> told = new EnumMap<>(Role.class);

  /** Counts what keeps it from answering: its callers cannot be told in time then. */
  private int interruptions;

  Node(
      String id,
      World world,
      Network network,
      Database database,
      Topic topic,
      CommandsTopic commands,
      Shards shards) {
    this.id = id;
    loop = new Loop(world, id, network);
    placement = new CurrentPlacement(new Placement(id, Set.of(id), Map.of()));
    requests = new Requests(loop.vertx(), placement, world::nanos);
    Clock clock = world.clock(world.between(-MOST_WRONG_MS, MOST_WRONG_MS));
    dispatcher = new Dispatcher(requests, shards, clock, REPLY_TIMEOUT_MS);
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    Followed followed = new Followed(loop, database);
    loop.deploy(
        new CommandHandlerVerticle(
            loop.vertx(),
            new CommandHandlerVerticle.Settings(QUEUE, UNIT, LEAST_BEHIND, REMEMBERED, SETTLE_MS),
            shards,
            0,
            List.of(),
            new SimulatedLedger(loop, database),
            clock,
            metrics,
            () -> world.newUnit(id)));
    loop.deploy(
        new ReadModelVerticle(
            0,
            List.of(),
            followed,
            followed,
            new ReadModelVerticle.Limits(QUERY_TIMEOUT_MS, MOST_WAITING, BATCH_ROWS),
            metrics,
            world::nanos));
    loop.deploy(
        new PublisherVerticle(
            Role.PUBLISHER,
            "publisher",
            0,
            List.of(),
            followed,
            followed,
            followed,
            topic.of(loop),
            metrics,
            world::nanos));
    loop.deploy(new NodeGateVerticle(id, shards, clock, metrics, world::nanos));
    loop.deploy(
        new StandInEntrance(
            commands.of(loop), dispatcher, CommandJson::read, commands.deadLetters::put, metrics));
    new LogPoller(loop.vertx(), followed, POLL_MS).start();
  }

  /** What it is told of who has which shard; it may be wrong. */
  void tell(Set<String> live, List<String> owners) {
    loop.run(
        0,
        () -> {
          Map<Role, List<String>> ofRoles = new EnumMap<>(Role.class);
          ROLES.forEach(role -> ofRoles.put(role, owners));
          Placement next = new Placement(id, live, ofRoles);
          if (!next.equals(placement.get())) {
            placement.moveTo(next, loop.bus().bus());
          }
          for (Role role : ROLES) {
            boolean idle = !wanted.containsKey(role);
            wanted.put(role, next.shards(role, id));
            if (idle) {
              own(role);
            }
          }
        });
  }

  /** One after the other, the last wish first. */
  private void own(Role role) {
    List<Integer> shards = wanted.get(role);
    if (shards == null || shards.equals(told.get(role))) {
      wanted.remove(role);
      return;
    }
    told.put(role, shards);
    loop.bus()
        .<Object>request(
            Addresses.own(role, 0),
            new OwnShards(shards),
            new DeliveryOptions().setSendTimeout(PATIENCE_MS))
        .onSuccess(owned -> own(role))
        .onFailure(cause -> {
          throw new World.Violation("shards cannot be taken or left: " + cause, cause);
        });
  }

  boolean isAlive() {
    return !loop.isDead();
  }

  void kill() {
    interruptions++;
    loop.die();
  }

  void freeze(long ms) {
    interruptions++;
    loop.freeze(ms);
  }

  int interruptions() {
    return interruptions;
  }
}
