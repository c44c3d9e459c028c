package allocation.readmodel;

import allocation.bus.Query.Freshness;
import allocation.bus.Query.Freshness.Any;
import allocation.bus.Query.Freshness.AtLeast;
import allocation.bus.Query.Freshness.Committed;
import allocation.bus.TimeLimit;
import allocation.bus.View.Behind;
import allocation.log.EventLog;
import allocation.log.Follower;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Holds questions until the views are as fresh as they ask for: so many, and for so long. Belongs
 * to one event loop.
 */
final class Waits {
  private static final Optional<Behind> THERE = Optional.empty();

  private final Vertx vertx;
  private final EventLog log;
  private final Follower follower;
  private final OtherCursors others;
  private final ViewsWork work;
  private final long timeoutMs;
  private final int maxWaiting;
  private final Set<Promise<Optional<Behind>>> waiting = new LinkedHashSet<>();
  private @Nullable Future<Map<Integer, Long>> asked;
  private @Nullable Future<Map<Integer, Long>> askedNext;

  Waits(
      Vertx vertx,
      EventLog log,
      Follower follower,
      OtherCursors others,
      ViewsWork work,
      long timeoutMs,
      int maxWaiting) {
    this.vertx = vertx;
    this.log = log;
    this.follower = follower;
    this.others = others;
    this.work = work;
    this.timeoutMs = timeoutMs;
    this.maxWaiting = maxWaiting;
  }

  /** Completes empty when the views are there, or with why they are not. */
  Future<Optional<Behind>> until(Freshness freshness) {
    return switch (freshness) {
      case Any any -> Future.succeededFuture(THERE);
      case AtLeast wanted when isAt(wanted.positions()) -> Future.succeededFuture(THERE);
      case AtLeast wanted -> hold(() -> reached(wanted.positions()));
      case Committed now -> hold(() -> committed().compose(this::reached));
    };
  }

  /** Lets every question go without what it waited for. */
  void close() {
    List.copyOf(waiting).forEach(held -> held.tryComplete(behind("the read model is stopping")));
  }

  private interface Wait {
    Future<Optional<Behind>> begin();
  }

  private Future<Optional<Behind>> hold(Wait wait) {
    if (waiting.size() >= maxWaiting) {
      return Future.succeededFuture(behind("%d questions wait already".formatted(maxWaiting)));
    }
    Promise<Optional<Behind>> held = Promise.promise();
    waiting.add(held);
    TimeLimit.of(vertx, timeoutMs, wait.begin())
        .recover(cause ->
            cause instanceof TimeoutException
                ? Future.succeededFuture(behind("not there after %d ms".formatted(timeoutMs)))
                : Future.failedFuture(cause))
        .onComplete(done -> {
          waiting.remove(held);
          if (done.succeeded()) {
            held.tryComplete(done.result());
          } else {
            held.tryFail(done.cause());
          }
        });
    return held.future();
  }

  private Future<Optional<Behind>> reached(Map<Integer, Long> positions) {
    List<Future<Void>> missing =
        positions.entrySet().stream()
            .filter(wanted -> !work.isAt(wanted.getKey(), wanted.getValue()))
            .map(wanted -> reached(wanted.getKey(), wanted.getValue()))
            .toList();
    return Future.all(missing)
        .map(THERE)
        .otherwise(cause -> behind(String.valueOf(cause.getMessage())));
  }

  private Future<Void> reached(int shard, long position) {
    if (!follower.follows(shard)) {
      return others.reached(shard, position);
    }
    return follower
        .reached(shard, position, timeoutMs)
        .recover(cause ->
            // It has moved to another node meanwhile.
            follower.follows(shard) ? Future.failedFuture(cause) : others.reached(shard, position));
  }

  private boolean isAt(Map<Integer, Long> positions) {
    return positions.entrySet().stream().allMatch(e -> work.isAt(e.getKey(), e.getValue()));
  }

  /**
   * The positions as of now or a little later, asked once for all who came while the last answer
   * was under way: that one may have been read before what they want to see.
   */
  private Future<Map<Integer, Long>> committed() {
    Future<Map<Integer, Long>> underWay = asked;
    if (underWay == null) {
      return ask();
    }
    Future<Map<Integer, Long>> next = askedNext;
    if (next == null) {
      next = underWay.transform(answered -> ask());
      askedNext = next;
    }
    return next;
  }

  private Future<Map<Integer, Long>> ask() {
    askedNext = null;
    Future<Map<Integer, Long>> question = TimeLimit.of(vertx, timeoutMs, log.positions());
    asked = question;
    question.onComplete(answered -> {
      if (askedNext == null) {
        asked = null;
      }
    });
    return question;
  }

  private static Optional<Behind> behind(String why) {
    return Optional.of(new Behind(why));
  }
}
