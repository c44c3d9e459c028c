package allocation.readmodel;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, while somebody waits, how far others have brought the views of shards that are not
 * followed here. Belongs to one event loop.
 */
final class OtherCursors {
  private static final Logger LOG = LoggerFactory.getLogger(OtherCursors.class);

  /** Milliseconds between two looks: one small query, however many wait. */
  private static final long LOOK_MS = 20;

  private final Vertx vertx;
  private final Views views;
  private final ViewsWork work;
  private final long timeoutMs;
  private List<Waiter> waiting = new ArrayList<>();
  private boolean looking;

  private record Waiter(int shard, long position, Promise<Void> reached) {}

  OtherCursors(Vertx vertx, Views views, ViewsWork work, long timeoutMs) {
    this.vertx = vertx;
    this.views = views;
    this.work = work;
    this.timeoutMs = timeoutMs;
  }

  /** Completes when the views of the shard are there; fails when they are not in time. */
  Future<Void> reached(int shard, long position) {
    Waiter waiter = new Waiter(shard, position, Promise.promise());
    waiting.add(waiter);
    long timer =
        vertx.setTimer(
            timeoutMs,
            fired -> {
              waiting.remove(waiter);
              waiter.reached().tryFail("shard %d is followed elsewhere".formatted(shard));
            });
    if (!looking) {
      looking = true;
      look();
    }
    return waiter.reached().future().onSuccess(there -> vertx.cancelTimer(timer));
  }

  private void look() {
    views
        .cursors()
        .onComplete(read -> {
          if (read.succeeded()) {
            tell(read.result());
          } else {
            LOG.warn("the cursors of the views cannot be read cause={}", read.cause().toString());
          }
          looking = !waiting.isEmpty();
          if (looking) {
            vertx.setTimer(LOOK_MS, again -> look());
          }
        });
  }

  private void tell(Map<Integer, Long> cursors) {
    List<Waiter> before = waiting;
    waiting = new ArrayList<>();
    for (Waiter waiter : before) {
      long at = cursors.getOrDefault(waiter.shard(), 0L);
      if (at >= waiter.position()) {
        work.broughtElsewhere(waiter.shard(), at);
        waiter.reached().tryComplete();
      } else {
        waiting.add(waiter);
      }
    }
  }
}
