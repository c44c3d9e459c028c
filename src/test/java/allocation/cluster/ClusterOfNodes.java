package allocation.cluster;

import static allocation.given.Waiting.result;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.CurrentPlacement;
import allocation.bus.Placement;
import allocation.bus.Requests;
import allocation.bus.Role;
import allocation.bus.Shards;
import allocation.given.SetClock;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nodes of one cluster in memory, each with a Vert.x of its own, and the way between them. */
final class ClusterOfNodes implements AutoCloseable {
  static final int SHARDS = 6;
  static final String DATABASE = "d-1";

  final InMemoryCluster cluster = new InMemoryCluster();
  private final List<TestNode> nodes = new ArrayList<>();

  /** One of them; its instances are stand-ins. */
  final class TestNode {
    final String id;
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final CurrentPlacement placement;
    private final Map<Role, Instances> instances = new EnumMap<>(Role.class);
    private final PlacementVerticle verticle;
    private final List<MessageConsumer<?>> ways = new ArrayList<>();

    private TestNode(String id, String database, Map<Role, Integer> counts) {
      this.id = id;
      WireCodec.register(vertx.eventBus());
      counts.forEach((role, count) -> instances.put(role, new Instances(vertx, role, count)));
      Membership membership = cluster.join(id);
      placement = new CurrentPlacement(new Placement(id, Set.of(id), Map.of()));
      verticle = new PlacementVerticle(membership, database, placement, counts, SHARDS, metrics);
      result(
          vertx.deployVerticle(
              new NodeGateVerticle(id, new Shards(SHARDS), new SetClock(), metrics)));
    }

    Instances instances(Role role) {
      Instances found = instances.get(role);
      if (found == null) {
        throw new IllegalArgumentException(id + " has no " + role);
      }
      return found;
    }

    List<Integer> handles() {
      return instances(Role.HANDLER).shards();
    }

    Future<?> deployed() {
      return vertx.deployVerticle(verticle);
    }

    Future<Void> leave() {
      return verticle.leave();
    }

    /** As if it had gone without a word: it does nothing more and hears nothing. */
    void die() {
      ways.forEach(MessageConsumer::unregister);
      result(vertx.close());
      nodes.remove(this);
      cluster.die(id);
    }

    double gauge(String name, String... tags) {
      return metrics.get(name).tags(tags).gauge().value();
    }
  }

  /** A node with one handler. */
  TestNode handler(String id) {
    return start(id, Map.of(Role.HANDLER, 1));
  }

  TestNode start(String id, Map<Role, Integer> counts) {
    TestNode node = make(id, DATABASE, counts);
    result(node.deployed());
    return node;
  }

  /** One that has not started. */
  TestNode make(String id, String database, Map<Role, Integer> counts) {
    TestNode node = new TestNode(id, database, counts);
    for (TestNode other : nodes) {
      node.ways.add(way(other, node));
      other.ways.add(way(node, other));
    }
    nodes.add(node);
    return node;
  }

  /** What is sent at one of them to the other's address arrives there. */
  private static MessageConsumer<BusMessage> way(TestNode from, TestNode to) {
    String address = Addresses.node(to.id);
    return from.vertx
        .eventBus()
        .localConsumer(
            address,
            request ->
                to.vertx
                    .eventBus()
                    .<BusMessage>request(address, request.body(), options(request))
                    .onSuccess(reply -> request.reply(reply.body()))
                    .onFailure(cause -> {
                      ReplyException failure = (ReplyException) cause;
                      request.fail(failure.failureCode(), failure.getMessage());
                    }));
  }

  private static DeliveryOptions options(Message<BusMessage> request) {
    String ms = request.headers().get(Requests.LEFT_MS);
    return new DeliveryOptions()
        .setSendTimeout(ms == null ? DeliveryOptions.DEFAULT_TIMEOUT : Long.parseLong(ms))
        .setHeaders(request.headers());
  }

  @Override
  public void close() {
    nodes.forEach(node -> result(node.vertx.close()));
  }
}
