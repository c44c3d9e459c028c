package allocation.given;

import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.log.EventLog;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The log in memory, with ways to break it. */
public final class InMemoryEventLog implements EventLog {
  private final TreeMap<Integer, List<LoggedEvent>> shards = new TreeMap<>();
  private int reads;
  private int refusals;

  /** Writes at the shard's next position. */
  public synchronized LoggedEvent append(int shard, String sku, Event event) {
    LoggedEvent logged = GivenEvents.logged(shard, end(shard) + 1, sku, event);
    shards.computeIfAbsent(shard, first -> new ArrayList<>()).add(logged);
    return logged;
  }

  /** Writes {@code n} allocations of one SKU. */
  public synchronized List<LoggedEvent> append(int shard, String sku, int n) {
    List<LoggedEvent> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(append(shard, sku, GivenEvents.allocated("o-" + (end(shard) + 1), 1, "b1")));
    }
    return all;
  }

  /** Makes a gap, which a log never has. */
  public synchronized void remove(int shard, long position) {
    events(shard).removeIf(event -> event.position() == position);
  }

  /** Closes the gap again. */
  public synchronized void putBack(LoggedEvent event) {
    List<LoggedEvent> events = events(event.shard());
    events.add(event);
    events.sort(Comparator.comparingLong(LoggedEvent::position));
  }

  /** Fails the next reads. */
  public synchronized void refuse(int next) {
    refusals = next;
  }

  /** How often events were read. */
  public synchronized int reads() {
    return reads;
  }

  @Override
  public synchronized Future<Map<Integer, Long>> positions() {
    Map<Integer, Long> ends = new TreeMap<>();
    shards.keySet().forEach(shard -> ends.put(shard, end(shard)));
    return Later.done(() -> ends);
  }

  @Override
  public synchronized Future<List<LoggedEvent>> after(int shard, long position, int limit) {
    reads++;
    if (refusals > 0) {
      refusals--;
      return Later.failed("the log is away");
    }
    List<LoggedEvent> found =
        events(shard).stream().filter(event -> event.position() > position).limit(limit).toList();
    return Later.done(() -> found);
  }

  private List<LoggedEvent> events(int shard) {
    return shards.getOrDefault(shard, new ArrayList<>());
  }

  private long end(int shard) {
    List<LoggedEvent> events = events(shard);
    return events.isEmpty() ? 0 : events.getLast().position();
  }
}
