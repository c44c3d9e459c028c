package allocation.simulation;

import allocation.domain.LoggedEvent;
import allocation.publisher.EventTopic;
import allocation.simulation.Faults.Kind;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The topic of events. As Pulsar does, it has one producer for each shard, throws the one before it
 * out, and drops what it has already by its position.
 */
final class Topic {
  private final World world;
  private final Database database;
  private final Map<Integer, List<LoggedEvent>> stored = new HashMap<>();
  private final Map<Integer, Integer> producers = new HashMap<>();
  private boolean away;

  Topic(World world, Database database) {
    this.world = world;
    this.database = database;
  }

  void away(boolean now) {
    away = now;
  }

  List<LoggedEvent> events(int shard) {
    return stored.getOrDefault(shard, List.of());
  }

  /** As if it had never come. */
  void forgetLast(int shard) {
    stored.getOrDefault(shard, new ArrayList<>()).removeLast();
  }

  /** The topic as a node reaches it. */
  EventTopic of(Loop loop) {
    return shard ->
        loop.home(answer ->
            world.after(
                world.wayMicros(),
                () -> {
                  if (away) {
                    answer.fail("simulated: the topic is away");
                    return;
                  }
                  int producer = producers.merge(shard, 1, Integer::sum);
                  answer.complete(new Outlet(loop, shard, producer, last(shard)));
                }));
  }

  private long last(int shard) {
    List<LoggedEvent> events = events(shard);
    return events.isEmpty() ? -1 : events.getLast().position();
  }

  private final class Outlet implements EventTopic.Outlet {
    private final Loop loop;
    private final int shard;
    private final int producer;
    private final long lastPosition;
    private boolean spent;

    Outlet(Loop loop, int shard, int producer, long lastPosition) {
      this.loop = loop;
      this.shard = shard;
      this.producer = producer;
      this.lastPosition = lastPosition;
    }

    @Override
    public long lastPosition() {
      return lastPosition;
    }

    @Override
    public Future<Void> send(List<LoggedEvent> events) {
      return loop.home(answer ->
          world.after(
              world.wayMicros(),
              () -> {
                if (away || spent || producer != producers.getOrDefault(shard, 0)) {
                  answer.fail("simulated: this producer was thrown out");
                  return;
                }
                if (world.faults.happens(Kind.PUBLISHED_IN_PART)) {
                  spent = true;
                  store(events.subList(0, world.random.nextInt(events.size() + 1)));
                  answer.fail("simulated: not all of it is stored");
                  return;
                }
                store(events);
                if (world.faults.happens(Kind.PUBLISHED_UNANSWERED)) {
                  spent = true;
                  answer.fail("simulated: the reply is lost");
                } else {
                  world.after(world.wayMicros(), answer::complete);
                }
              }));
    }

    private void store(List<LoggedEvent> events) {
      for (LoggedEvent event : events) {
        if (event.position() > last(shard)) {
          requireCommitted(event);
          stored.computeIfAbsent(shard, first -> new ArrayList<>()).add(event);
        }
      }
    }

    /** At any moment what is published is a first part of the log. */
    private void requireCommitted(LoggedEvent event) {
      long next = Math.max(0, last(shard)) + 1;
      if (event.position() != next) {
        throw new World.Violation(
            "shard %d: %d is published after %d".formatted(shard, event.position(), next - 1));
      }
      List<LoggedEvent> log = database.after(shard, event.position() - 1, 1);
      if (log.isEmpty() || !log.getFirst().equals(event)) {
        throw new World.Violation("published and not in the log: " + event);
      }
    }

    @Override
    public Future<Void> close() {
      spent = true;
      return loop.home(answer -> world.after(world.wayMicros(), answer::complete));
    }
  }
}
