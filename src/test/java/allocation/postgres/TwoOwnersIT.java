package allocation.postgres;

import static allocation.given.Waiting.result;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.bus.Dispatcher;
import allocation.bus.Requests;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.handler.CommandHandlerVerticle;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two services that know nothing of each other, each sure that it owns every shard, on one
 * database: what ownership makes fast stays correct without it.
 */
final class TwoOwnersIT {
  private static final long LIMIT_MS = 10_000;
  private static final int CLIENTS = 12;

  private static TestDatabase database;
  private static Service one;
  private static Service other;

  /** One of the services, with an entrance. */
  private record Service(
      Vertx vertx, SimpleMeterRegistry registry, Dispatcher dispatcher, AtomicInteger done) {
    static Service start() {
      Vertx vertx = Vertx.vertx();
      WireCodec.register(vertx.eventBus());
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      PgLedger ledger =
          new PgLedger(
              PgSession.pool(vertx, "allocation", database.options(), 4, LIMIT_MS),
              SHARDS,
              LIMIT_MS);
      var settings = new CommandHandlerVerticle.Settings(1_000, 100, 1, 1_000, LIMIT_MS);
      result(
          vertx.deployVerticle(
              new CommandHandlerVerticle(
                  vertx, settings, SHARDS, 0, SHARDS.all(), ledger, Clock.systemUTC(), registry)));
      return new Service(
          vertx,
          registry,
          new Dispatcher(Requests.alone(vertx), SHARDS, Clock.systemUTC(), 15_000),
          new AtomicInteger());
    }

    Future<Outcome> send(Sku sku, Command command, CommandKey key) {
      return dispatcher
          .send(sku, command, key, "c")
          .map(CommandReply::outcome)
          .onSuccess(outcome -> {
            if (!(outcome instanceof Outcome.Refused)) {
              done.incrementAndGet();
            }
          });
    }

    /** Units that found, at commit or once they had the locks, that the other had been there. */
    double lostRaces() {
      return registry.get("allocation.races.lost").counter().count()
          + registry.get("allocation.memories.stale").counter().count();
    }
  }

  @BeforeAll
  static void start() {
    database = TestDatabase.create("two_owners");
    one = Service.start();
    other = Service.start();
  }

  @AfterAll
  static void stop() {
    result(one.vertx().close());
    result(other.vertx().close());
    database.close();
  }

  @BeforeEach
  void empty() {
    database.empty();
  }

  @Test
  void stock_is_conserved_and_each_line_is_there_once() {
    long seed = System.nanoTime();
    List<Sku> skus = List.of(sku(3, 0), sku(3, 1), sku(9, 0));
    for (Sku sku : skus) {
      result(one.send(sku, create(sku, 0, 60), key()));
    }
    double lostBefore = one.lostRaces() + other.lostRaces();
    int before = one.done().get();
    int otherBefore = other.done().get();

    List<Future<Void>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Service service = i % 2 == 0 ? one : other;
      Random random = new Random(seed + i);
      clients.add(client(service, random, skus, 60));
    }
    result(Future.join(clients));

    assertThat(one.lostRaces() + other.lostRaces()).as("seed %d", seed).isGreaterThan(lostBefore);
    // Neither starves: both got a fair part of their commands through.
    assertThat(one.done().get() - before).as("seed %d", seed).isGreaterThan(50);
    assertThat(other.done().get() - otherBefore).as("seed %d", seed).isGreaterThan(50);
    assertNothingIsLostOrDoubled(seed);
  }

  @Test
  void the_last_unit_has_one_winner_and_a_line_sent_to_both_is_allocated_once() {
    Sku sku = sku(3, 0);
    for (int round = 0; round < 15; round++) {
      result(one.send(sku, create(sku, round, 1), key()));
      Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
      List<Future<Outcome>> sent = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String order = "r" + round + "-o" + i;
        Command take = new Allocate(new OrderId(order), sku, 1);
        for (Service service : List.of(one, other)) {
          sent.add(
              service
                  .send(sku, take, key())
                  .onSuccess(outcome -> outcomes.put(service.vertx().hashCode() + order, outcome)));
        }
      }
      result(Future.join(sent));

      assertThat(outcomes.values().stream().filter(Outcome.Accepted.class::isInstance)).hasSize(1);
      assertThat(outcomes.values().stream().filter(Outcome.Refused.class::isInstance)).hasSize(6);
    }
    assertThat(database.number("SELECT count(*) FROM order_line")).isEqualTo(15);
    assertNothingIsLostOrDoubled(0);
  }

  /** One command after the other, each to the same service. */
  private static Future<Void> client(Service service, Random random, List<Sku> skus, int commands) {
    if (commands == 0) {
      return Future.succeededFuture();
    }
    Sku sku = skus.get(random.nextInt(skus.size()));
    return service
        .send(sku, any(random, sku), key())
        .compose(outcome -> client(service, random, skus, commands - 1));
  }

  private static Command any(Random random, Sku sku) {
    OrderId order = new OrderId("o" + random.nextInt(60));
    return switch (random.nextInt(12)) {
      case 0 -> create(sku, random.nextInt(6), 20);
      case 1 ->
          new ChangeBatch(
              ref(sku, random.nextInt(3)), OptionalInt.of(random.nextInt(80)), Optional.empty());
      case 2, 3, 4 -> new Deallocate(order, sku);
      default -> new Allocate(order, sku, 1 + random.nextInt(4));
    };
  }

  private static void assertNothingIsLostOrDoubled(long seed) {
    assertThat(
            database.texts(
                """
                SELECT b.ref FROM batch b
                WHERE b.allocated <> (SELECT coalesce(sum(l.quantity), 0) FROM order_line l
                                      WHERE l.shard = b.shard AND l.batch_ref = b.ref)
                   OR b.allocated NOT BETWEEN 0 AND b.purchased
                """))
        .as("batches that their lines do not account for, seed %d", seed)
        .isEmpty();
    assertThat(
            database.texts(
                """
                SELECT s.shard FROM shard s
                WHERE s.position <> (SELECT count(*) FROM event e WHERE e.shard = s.shard)
                   OR s.position <> (SELECT coalesce(max(position), 0) FROM event e
                                     WHERE e.shard = s.shard)
                """))
        .as("shards whose log has a gap, seed %d", seed)
        .isEmpty();
    assertThat(
            database.number(
                """
                SELECT coalesce(sum(CASE WHEN type = 'Allocated' AND data NOT LIKE '%movedFrom%'
                                         THEN 1 WHEN type = 'Deallocated' THEN -1 ELSE 0 END), 0)
                FROM event
                """))
        .as("lines by the log, seed %d", seed)
        .isEqualTo(database.number("SELECT count(*) FROM order_line"));
  }

  private static Command create(Sku sku, int n, int quantity) {
    return new CreateBatch(ref(sku, n), sku, quantity, Arrival.inStock());
  }

  private static BatchRef ref(Sku sku, int n) {
    return new BatchRef(sku + "-b" + n);
  }

  private static CommandKey key() {
    return new CommandKey("test", UUID.randomUUID().toString());
  }
}
