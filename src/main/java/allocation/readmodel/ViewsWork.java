package allocation.readmodel;

import allocation.domain.LoggedEvent;
import allocation.log.Rounds;
import allocation.log.ShardWork;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Brings events into the views. Takes no lock: rows and cursor change in one transaction, so that
 * of two services that apply the same events one finds them done.
 */
final class ViewsWork implements ShardWork {
  private final Views views;
  private final Rounds<Views.Run, Long> rounds;
  private final RecentProducts recent;
  private final Map<Integer, Long> cursors = new HashMap<>();

  /**
   * @param nanoClock as {@link System#nanoTime}
   * @param recent told what the views have followed before anybody else is
   */
  ViewsWork(Vertx vertx, LongSupplier nanoClock, Views views, RecentProducts recent) {
    this.views = views;
    this.recent = recent;
    this.rounds = new Rounds<>(vertx, nanoClock, Rounds.PAUSE_MS, views::apply);
  }

  /** The shard is known to have got to {@code position}. */
  boolean isAt(int shard, long position) {
    return cursors.getOrDefault(shard, -1L) >= position;
  }

  @Override
  public Future<OptionalLong> begin(int shard) {
    return views
        .cursor(shard)
        .map(at -> {
          recent.forgetAll();
          return OptionalLong.of(seen(shard, at));
        });
  }

  @Override
  public Future<Long> apply(int shard, long cursor, List<LoggedEvent> events) {
    Views.Run run = new Views.Run(shard, cursor, events);
    return rounds
        .add(run)
        .map(at -> {
          if (at == run.last()) {
            recent.forget(events);
          } else {
            // Another node was there before, and further than these events.
            recent.forgetAll();
          }
          return seen(shard, at);
        });
  }

  @Override
  public void hurry() {
    rounds.hurry();
  }

  /** Readers wait for a view, by default for four times as long. */
  @Override
  public long longestPauseMs() {
    return 500;
  }

  @Override
  public Future<Void> end(int shard) {
    return Future.succeededFuture();
  }

  /** Another node has brought the views of a shard there. */
  void broughtElsewhere(int shard, long at) {
    if (!isAt(shard, at)) {
      recent.forgetAll();
      seen(shard, at);
    }
  }

  private long seen(int shard, long at) {
    cursors.put(shard, at);
    return at;
  }
}
