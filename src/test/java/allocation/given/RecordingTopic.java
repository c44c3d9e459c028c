package allocation.given;

import allocation.domain.LoggedEvent;
import allocation.publisher.EventTopic;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A topic in memory that keeps what it is sent, and fails when it is told to. */
public final class RecordingTopic implements EventTopic {
  private final Map<Integer, List<LoggedEvent>> stored = new HashMap<>();
  private final Map<Integer, RecordingOutlet> open = new HashMap<>();
  private final Map<Integer, Integer> opened = new HashMap<>();
  private boolean away;
  private boolean silent;
  private int refusals;
  private int storedOfRefused;

  /** What the topic has of a shard, in the order it came. */
  public synchronized List<Long> positions(int shard) {
    return stored.getOrDefault(shard, List.of()).stream().map(LoggedEvent::position).toList();
  }

  /** Puts events there that no cursor knows of. */
  public synchronized void has(int shard, List<LoggedEvent> events) {
    stored.computeIfAbsent(shard, first -> new ArrayList<>()).addAll(events);
  }

  /** Cannot be opened, and what is open fails. */
  public synchronized void away(boolean now) {
    away = now;
  }

  /** Takes events without ever acknowledging them. */
  public synchronized void silent(boolean now) {
    silent = now;
  }

  /** Fails the next sends, each after it stored the first {@code first} events of it. */
  public synchronized void refuse(int next, int first) {
    refusals = next;
    storedOfRefused = first;
  }

  /** How often the shard's outlet was opened. */
  public synchronized int opened(int shard) {
    return opened.getOrDefault(shard, 0);
  }

  public synchronized boolean isOpen(int shard) {
    return open.containsKey(shard);
  }

  @Override
  public synchronized Future<Outlet> open(int shard) {
    if (away) {
      return Later.failed("the topic is away");
    }
    List<Long> positions = positions(shard);
    RecordingOutlet outlet =
        new RecordingOutlet(shard, positions.isEmpty() ? -1 : positions.getLast());
    open.put(shard, outlet);
    opened.merge(shard, 1, Integer::sum);
    return Later.done(() -> outlet);
  }

  private synchronized Future<Void> send(RecordingOutlet from, List<LoggedEvent> events) {
    if (away || !from.equals(open.get(from.shard))) {
      return Later.failed("this outlet is closed or was thrown out");
    }
    if (refusals > 0) {
      refusals--;
      has(from.shard, events.subList(0, Math.min(storedOfRefused, events.size())));
      return Later.failed("the topic refuses");
    }
    if (silent) {
      return from.unanswered.future();
    }
    has(from.shard, events);
    return Later.<Object>done(() -> events).mapEmpty();
  }

  private synchronized Future<Void> close(RecordingOutlet outlet) {
    open.remove(outlet.shard, outlet);
    outlet.unanswered.tryFail("closed");
    return Later.<Object>done(() -> outlet).mapEmpty();
  }

  private final class RecordingOutlet implements Outlet {
    private final int shard;
    private final long lastPosition;
    private final Promise<Void> unanswered = Promise.promise();

    RecordingOutlet(int shard, long lastPosition) {
      this.shard = shard;
      this.lastPosition = lastPosition;
    }

    @Override
    public long lastPosition() {
      return lastPosition;
    }

    @Override
    public Future<Void> send(List<LoggedEvent> events) {
      return RecordingTopic.this.send(this, events);
    }

    @Override
    public Future<Void> close() {
      return RecordingTopic.this.close(this);
    }
  }
}
