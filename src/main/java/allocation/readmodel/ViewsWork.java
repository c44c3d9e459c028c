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

/**
 * Brings events into the views. Takes no lock: rows and cursor change in one transaction, so that
 * of two services that apply the same events one finds them done.
 */
final class ViewsWork implements ShardWork {
  private final Views views;
  private final Rounds<Views.Run, Long> rounds;
  private final Map<Integer, Long> cursors = new HashMap<>();

  ViewsWork(Vertx vertx, Views views) {
    this.views = views;
    this.rounds = new Rounds<>(vertx, Rounds.PAUSE_MS, views::apply);
  }

  /** The shard is known to have got to {@code position}. */
  boolean isAt(int shard, long position) {
    return cursors.getOrDefault(shard, -1L) >= position;
  }

  @Override
  public Future<OptionalLong> begin(int shard) {
    return views.cursor(shard).map(at -> OptionalLong.of(seen(shard, at)));
  }

  @Override
  public Future<Long> apply(int shard, long cursor, List<LoggedEvent> events) {
    return rounds.add(new Views.Run(shard, cursor, events)).map(at -> seen(shard, at));
  }

  @Override
  public void hurry() {
    rounds.hurry();
  }

  @Override
  public Future<Void> end(int shard) {
    return Future.succeededFuture();
  }

  private long seen(int shard, long at) {
    cursors.put(shard, at);
    return at;
  }
}
