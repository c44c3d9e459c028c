package allocation.simulation;

import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.Requests.To;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.pulsar.StandInEntrance;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Those who want something: at one node or another, again until they are told, and by topic. */
final class Customers {
  private static final int SKUS = 5;
  private static final int REFS = 12;
  private static final int ORDERS = 10;
  private static final LocalDate DAY = LocalDate.of(2026, 2, 1);

  /** A request of two parts, and what the way takes. */
  private static final long ANSWER_LIMIT_MS = 2 * Node.REPLY_TIMEOUT_MS + 500;

  private final World world;
  private final Nodes nodes;
  private final CommandsTopic topic;
  private final Checker checker;
  final List<Errand> errands = new ArrayList<>();
  private int waiting;
  private final List<Sku> skus = new ArrayList<>();

  /** In some worlds nearly everybody wants what is there: only then units are foreseen. */
  private final boolean isRush;

  private int made;

  Customers(World world, Nodes nodes, CommandsTopic topic, Shards shards, Checker checker) {
    this.world = world;
    this.nodes = nodes;
    this.topic = topic;
    this.checker = checker;
    this.isRush = world.chance(0.4);
    // Whatever the hash is, every shard has its share.
    for (int i = 0; skus.size() < SKUS; i++) {
      Sku sku = new Sku("sku-" + i);
      if (shards.of(sku) == skus.size() % shards.count()) {
        skus.add(sku);
      }
    }
  }

  /** Whether everybody was told. */
  boolean areDone() {
    return waiting == 0;
  }

  /** So many people come one after the other, and each has so many wishes; in a rush, more. */
  void come(int people, int wishes) {
    for (int i = 0; i < people; i++) {
      waiting++;
      world.afterMs(world.between(0, 500), () -> wish(isRush ? 2 * wishes : wishes));
    }
  }

  private void wish(int left) {
    if (left == 0) {
      waiting--;
      return;
    }
    Runnable next = () -> world.afterMs(world.between(0, isRush ? 50 : 150), () -> wish(left - 1));
    if (world.chance(0.2)) {
      publish();
      next.run();
    } else if (isRush && world.chance(0.1)) {
      crowd(anySku());
      next.run();
    } else {
      send(errand(command()), next);
    }
  }

  /** Many want the same at once: units of work are sent behind others then. */
  private void crowd(Sku sku) {
    for (int i = world.between(3, 9); i > 0; i--) {
      waiting++;
      Errand errand = errand(new Command.Allocate(order(), sku, 1));
      world.afterMs(world.between(0, 5), () -> send(errand, () -> waiting--));
    }
  }

  private Errand errand(Command command) {
    int number = made++;
    Errand errand =
        new Errand(command, new CommandKey("http", "key-" + number), "errand-" + number);
    errands.add(errand);
    return errand;
  }

  private void publish() {
    Command command = command();
    int number = made++;
    Errand errand = new Errand(command, StandInEntrance.key(topic.nextId()), "errand-" + number);
    errand.done = true;
    errands.add(errand);
    topic.publish(keyOf(command), errand);
  }

  private static String keyOf(Command command) {
    return switch (command) {
      case Command.CreateBatch create -> create.sku().value();
      case Command.Allocate allocate -> allocate.sku().value();
      case Command.Deallocate deallocate -> deallocate.sku().value();
      case Command.ChangeBatch change -> change.ref().value();
    };
  }

  private void send(Errand errand, Runnable next) {
    Optional<Node> any = nodes.any();
    if (any.isEmpty()) {
      world.afterMs(100, () -> send(errand, next));
      return;
    }
    Node node = any.get();
    int interruptions = node.interruptions();
    boolean wasFrozen = node.loop.isFrozen();
    boolean[] answered = new boolean[1];
    world.afterMs(
        ANSWER_LIMIT_MS,
        () -> {
          if (!answered[0]) {
            answered[0] = true;
            if (!wasFrozen && node.interruptions() == interruptions) {
              throw new World.Violation("no answer from %s to %s".formatted(node.id, errand));
            }
            send(errand, next);
          }
        });
    node.loop.run(
        world.wayMicros(),
        () ->
            node.dispatcher
                .skuOf(errand.command)
                .compose(sku -> {
                  errand.endMs = world.nowMs() + Node.REPLY_TIMEOUT_MS;
                  return node.dispatcher
                      .send(
                          sku.orElseThrow(Customers::noSuchBatch),
                          errand.command,
                          errand.key,
                          errand.correlationId)
                      .map(Optional::of);
                })
                .recover(cause ->
                    cause instanceof NoSuchBatch
                        ? Future.succeededFuture(Optional.<CommandReply>empty())
                        : Future.failedFuture(cause))
                .onComplete(done -> {
                  if (done.failed() && CommandFailure.of(done.cause()) == CommandFailure.INTERNAL) {
                    throw new World.Violation("an internal failure of " + errand, done.cause());
                  }
                  if (done.succeeded()) {
                    done.result().ifPresent(reply -> checker.told(errand, reply));
                  }
                  if (answered[0]) {
                    return;
                  }
                  answered[0] = true;
                  if (done.failed()) {
                    world.afterMs(world.between(20, 400), () -> send(errand, next));
                    return;
                  }
                  errand.done = true;
                  done.result().ifPresent(reply -> look(errand, reply));
                  next.run();
                }));
  }

  private static final class NoSuchBatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchBatch() {
      super("no such batch", null, false, false);
    }
  }

  private static NoSuchBatch noSuchBatch() {
    return new NoSuchBatch();
  }

  /** Now and then somebody wants to see what he did, at any node. */
  private void look(Errand errand, CommandReply reply) {
    Optional<Node> any = nodes.any();
    if (any.isEmpty() || !world.chance(0.4)) {
      return;
    }
    Freshness fresh = new Freshness.AtLeast(Map.of(reply.shard(), reply.position()));
    Query query =
        switch (errand.command) {
          case Command.Allocate allocate -> new Query.OrderAllocations(allocate.orderId(), fresh);
          case Command.CreateBatch create -> new Query.ProductBySku(create.sku(), fresh);
          case Command.Deallocate gone -> new Query.ProductBySku(gone.sku(), fresh);
          case Command.ChangeBatch change -> new Query.BatchByRef(change.ref(), fresh);
        };
    Node node = any.get();
    node.loop.run(
        world.wayMicros(),
        () ->
            node.requests
                .ask(new To.ReadModel(), query, View.class, Node.QUERY_TIMEOUT_MS + 300)
                .onSuccess(view -> checker.saw(query, reply.shard(), reply.position(), view)));
  }

  private Command command() {
    int percent = world.random.nextInt(100);
    if (isRush) {
      // In the beginning there is nothing at all.
      percent = made < 2 * SKUS ? 0 : 18 + percent * percent * percent / 16_000;
    }
    if (percent < 18) {
      int number = world.random.nextInt(REFS);
      BatchRef ref = new BatchRef("batch-" + number);
      // Most often the one that everybody makes it of.
      Sku sku = world.chance(0.9) ? skus.get(number % SKUS) : anySku();
      return new Command.CreateBatch(
          ref, sku, isRush ? world.between(20, 80) : world.between(1, 12), arrival());
    }
    if (percent < 68) {
      return new Command.Allocate(order(), anySku(), world.between(1, 5));
    }
    if (percent < 80) {
      return new Command.Deallocate(order(), anySku());
    }
    return new Command.ChangeBatch(
        ref(),
        world.chance(0.8) ? OptionalInt.of(world.between(0, 12)) : OptionalInt.empty(),
        world.chance(0.4) ? Optional.of(arrival()) : Optional.empty());
  }

  private BatchRef ref() {
    return new BatchRef("batch-" + world.random.nextInt(REFS));
  }

  private Sku anySku() {
    return skus.get(world.random.nextInt(SKUS));
  }

  private OrderId order() {
    return new OrderId("order-" + world.random.nextInt(isRush ? 50 * ORDERS : ORDERS));
  }

  private Arrival arrival() {
    return world.chance(0.5) ? Arrival.inStock() : Arrival.due(DAY.plusDays(world.between(0, 5)));
  }
}
