package allocation.publisher;

import allocation.domain.LoggedEvent;
import allocation.log.EventLog;
import allocation.log.LockedWork;
import allocation.publisher.EventTopic.Outlet;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The publisher's act: one open outlet for each shard that it holds. */
final class Publication implements LockedWork.Action {
  private final EventLog log;
  private final EventTopic topic;
  private final Counter published;
  private final Map<Integer, Outlet> outlets = new HashMap<>();

  Publication(EventLog log, EventTopic topic, Counter published) {
    this.log = log;
    this.topic = topic;
    this.published = published;
  }

  @Override
  public Future<Long> open(int shard) {
    return topic
        .open(shard)
        .compose(outlet -> {
          outlets.put(shard, outlet);
          return log.positions()
              .compose(ends -> known(shard, outlet.lastPosition(), ends.getOrDefault(shard, 0L)));
        });
  }

  @Override
  public Future<Boolean> act(int shard, List<LoggedEvent> events) {
    Outlet outlet = outlets.get(shard);
    return outlet == null
        ? Future.failedFuture("shard %d was closed".formatted(shard))
        : outlet
            .send(events)
            .onSuccess(done -> published.increment(events.size()))
            // The topic knows its last position, too.
            .map(false);
  }

  @Override
  public Future<Void> close(int shard) {
    Outlet outlet = outlets.remove(shard);
    return outlet == null ? Future.succeededFuture() : outlet.close();
  }

  /** Closes what is still open, so that what is under way fails instead of waiting on. */
  Future<Void> cutOff() {
    return Future.join(List.copyOf(outlets.keySet()).stream().map(this::close).toList()).mapEmpty();
  }

  private static Future<Long> known(int shard, long lastPublished, long lastLogged) {
    if (lastPublished > lastLogged) {
      // New events would get positions that the topic has and drops without a word.
      return Future.failedFuture(
          "shard %d is at %d in the topic but at %d in the log: was the database set back? Then it needs a new database id"
              .formatted(shard, lastPublished, lastLogged));
    }
    return Future.succeededFuture(lastPublished);
  }
}
