package allocation.simulation;

import allocation.bus.View.BatchStock;
import allocation.bus.View.OrderLines;
import allocation.bus.View.ProductPage;
import allocation.bus.View.ProductStock;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.log.Cursors;
import allocation.log.EventLog;
import allocation.log.ShardLocks;
import allocation.readmodel.Views;
import allocation.simulation.Faults.Kind;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One node's way to all that its followers need of the database. */
final class Followed implements EventLog, Cursors, ShardLocks, Views {
  /** As {@code idle_session_timeout} ends a session whose client does not show itself. */
  private static final int IDLE_SESSION_MS = 6_000;

  private final Loop loop;
  private final World world;
  private final Database database;

  Followed(Loop loop, Database database) {
    this.loop = loop;
    this.world = loop.world();
    this.database = database;
  }

  @Override
  public Future<Map<Integer, Long>> positions() {
    return read(database::positions);
  }

  @Override
  public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
    return read(() -> database.after(shard, position, limit));
  }

  @Override
  public Future<Long> read(String follower, int shard) {
    return read(() -> database.cursor(follower, shard));
  }

  @Override
  public Future<Void> move(String follower, List<Move> moves) {
    return write(
            () -> {
              for (Move move : moves) {
                if (database.cursor(follower, move.shard()) != move.from()) {
                  throw new CursorMoved(follower, move.shard(), move.from());
                }
              }
              moves.forEach(move -> database.setCursor(follower, move.shard(), move.to()));
              return moves;
            })
        .mapEmpty();
  }

  @Override
  public Future<Optional<Held>> tryLock(String follower, int shard) {
    Lock lock = new Lock(follower, shard);
    return this.<Optional<Held>>read(
            () -> {
              if (database.isTaken(follower, shard)) {
                return Optional.empty();
              }
              database.take(follower, shard, lock);
              lock.watch();
              return Optional.of(lock);
            })
        // Its reply is lost with its session.
        .onFailure(cause -> database.release(follower, shard, lock));
  }

  /** A lock as its session has it. */
  private final class Lock implements Held {
    private final String follower;
    private final int shard;
    private boolean toldOfLoss;

    Lock(String follower, int shard) {
      this.follower = follower;
      this.shard = shard;
    }

    /** The server ends the session of a client that is dead, or silent for long. */
    private void watch() {
      if (!database.holds(follower, shard, this)) {
        // It takes the client a while to hear of it.
        loop.run(world.between(0, 500) * 1_000L, () -> toldOfLoss = true);
        return;
      }
      if (loop.isDead()) {
        world.afterMs(world.between(0, 500), () -> database.release(follower, shard, this));
        return;
      }
      if (loop.isFrozen()) {
        world.afterMs(
            IDLE_SESSION_MS,
            () -> {
              if (loop.isFrozen()) {
                database.release(follower, shard, this);
              }
              watch();
            });
        return;
      }
      world.afterMs(250, this::watch);
    }

    @Override
    public boolean isHeld() {
      return !toldOfLoss;
    }

    @Override
    public Future<Void> release() {
      return read(
              () -> {
                database.release(follower, shard, this);
                toldOfLoss = true;
                return shard;
              })
          // A session that cannot be told ends by itself.
          .onFailure(cause -> database.release(follower, shard, this))
          .mapEmpty();
    }
  }

  @Override
  public Future<Long> cursor(int shard) {
    return read(() -> database.views.cursor(shard));
  }

  @Override
  public Future<Map<Integer, Long>> cursors() {
    return read(database.views::cursors);
  }

  @Override
  public Future<List<Long>> apply(List<Run> runs) {
    return write(() -> database.apply(runs));
  }

  @Override
  public Future<Map<OrderId, OrderLines>> byOrders(Set<OrderId> orders) {
    return read(() -> {
      Map<OrderId, OrderLines> found = new HashMap<>();
      orders.forEach(order -> found.put(order, database.views.order(order)));
      return found;
    });
  }

  @Override
  public Future<Map<Sku, ProductStock>> bySkus(Set<Sku> skus) {
    return read(() -> {
      Map<Sku, ProductStock> found = new HashMap<>();
      skus.forEach(sku -> database.views.product(sku).ifPresent(is -> found.put(sku, is)));
      return found;
    });
  }

  @Override
  public Future<Optional<BatchStock>> byRef(BatchRef ref) {
    return read(() -> database.views.batch(ref));
  }

  @Override
  public Future<ProductPage> page(Optional<Sku> after, int limit) {
    return read(() -> database.views.page(after, limit));
  }

  private <T> Future<T> read(Supplier<T> there) {
    return asked(there, Kind.READ_FAILED);
  }

  private <T> Future<T> write(Supplier<T> there) {
    return asked(there, Kind.WRITE_REPLY_LOST);
  }

  /** Done there, or not; and told, or not. */
  private <T> Future<T> asked(Supplier<T> there, Kind afterwards) {
    return loop.home(answer ->
        world.after(
            way(),
            () -> {
              if (database.isAway() || world.faults.happens(Kind.CONNECTION_REFUSED)) {
                answer.fail(Database.unavailable("refused"));
                return;
              }
              T result;
              try {
                result = there.get();
              } catch (RuntimeException e) {
                world.after(way(), () -> answer.fail(e));
                return;
              }
              boolean told = !world.faults.happens(afterwards);
              world.after(
                  way(),
                  () -> {
                    if (told) {
                      answer.complete(result);
                    } else {
                      answer.fail(Database.unavailable("reset"));
                    }
                  });
            }));
  }

  private long way() {
    return world.wayMicros()
        + (world.faults.happens(Kind.SLOW_DATABASE) ? world.between(1, 800) * 1_000L : 0);
  }
}
