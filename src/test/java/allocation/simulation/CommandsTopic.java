package allocation.simulation;

import allocation.json.CommandJson;
import allocation.pulsar.StandInEntrance;
import allocation.pulsar.StandInEntrance.Brought;
import allocation.pulsar.StandInEntrance.Link;
import allocation.simulation.Faults.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The topic that brings commands: in order by key, each until it is acknowledged, and again when an
 * acknowledgement or a subscription is lost.
 */
final class CommandsTopic {
  private final World world;
  private final List<Stored> messages = new ArrayList<>();
  private final Map<String, Subscription> holders = new HashMap<>();
  private final List<Subscription> subscriptions = new ArrayList<>();
  final Map<String, String> deadLetters = new HashMap<>();
  private boolean away;

  private static final class Stored {
    final String id;
    final String key;
    final Errand errand;
    boolean out;
    boolean done;

    Stored(String id, String key, Errand errand) {
      this.id = id;
      this.key = key;
      this.errand = errand;
    }
  }

  CommandsTopic(World world) {
    this.world = world;
  }

  void away(boolean now) {
    away = now;
    if (away) {
      List.copyOf(subscriptions).forEach(Subscription::lose);
    }
  }

  /** The id that the next message will have. */
  String nextId() {
    return "m-" + messages.size();
  }

  void publish(String key, Errand errand) {
    messages.add(new Stored(nextId(), key, errand));
    deliver();
  }

  boolean isDrained() {
    return messages.stream().allMatch(message -> message.done);
  }

  /** Whether the message that brings it was set aside. */
  boolean isDead(Errand errand) {
    return deadLetters.containsKey(errand.key.id());
  }

  /** The topic as a node reaches it. */
  StandInEntrance.Topic of(Loop loop) {
    return () ->
        loop.home(answer ->
            world.after(
                world.wayMicros(),
                () -> {
                  if (away) {
                    answer.fail("simulated: the topic is away");
                    return;
                  }
                  Subscription made = new Subscription(loop);
                  subscriptions.add(made);
                  made.watch();
                  answer.complete(made);
                }));
  }

  private void deliver() {
    Set<String> passed = new HashSet<>();
    for (Stored message : messages) {
      if (message.done || message.out) {
        if (message.out) {
          passed.add(message.key);
        }
        continue;
      }
      // The next of a key may follow those that are out already, to the same consumer.
      Subscription holder = holders.get(message.key);
      boolean isFree =
          holder == null || !subscriptions.contains(holder) || !passed.contains(message.key);
      Subscription to = isFree ? anyThatWaits() : holder;
      if (to != null && to.waits()) {
        holders.put(message.key, to);
        message.out = true;
        to.take(message);
      }
      passed.add(message.key);
    }
  }

  private Subscription anyThatWaits() {
    List<Subscription> waiting = subscriptions.stream().filter(Subscription::waits).toList();
    return waiting.isEmpty() ? null : waiting.get(world.random.nextInt(waiting.size()));
  }

  private final class Subscription implements Link {
    private final Loop loop;
    private final Deque<Promise<Brought>> receivers = new ArrayDeque<>();
    private final List<Stored> out = new ArrayList<>();
    private boolean lost;

    Subscription(Loop loop) {
      this.loop = loop;
    }

    boolean waits() {
      return !lost && !receivers.isEmpty();
    }

    /** The broker finds out that nobody is there. */
    private void watch() {
      if (loop.isDead()) {
        lose();
      } else if (!lost) {
        world.afterMs(300, this::watch);
      }
    }

    void take(Stored message) {
      out.add(message);
      Promise<Brought> receiver = receivers.remove();
      world.after(
          world.wayMicros(),
          () ->
              receiver.tryComplete(
                  new Brought(
                      message.id,
                      message.key,
                      message.errand.correlationId,
                      Buffer.buffer(CommandJson.of(message.errand.command).bytes()),
                      () -> acknowledge(message))));
    }

    private Future<Void> acknowledge(Stored message) {
      return loop.home(answer ->
          world.after(
              world.wayMicros(),
              () -> {
                if (lost) {
                  answer.fail("simulated: the subscription is lost");
                  return;
                }
                out.remove(message);
                message.out = false;
                message.done = !world.faults.happens(Kind.REDELIVERED);
                answer.complete();
                deliver();
              }));
    }

    @Override
    public Future<Brought> receive() {
      return loop.home(answer -> {
        if (lost || world.faults.happens(Kind.SUBSCRIPTION_LOST)) {
          lose();
          answer.fail("simulated: the subscription is lost");
          return;
        }
        receivers.add(answer);
        world.after(world.wayMicros(), CommandsTopic.this::deliver);
      });
    }

    /** What is not acknowledged is brought again, to whoever comes. */
    private void lose() {
      if (lost) {
        return;
      }
      lost = true;
      subscriptions.remove(this);
      out.forEach(message -> message.out = false);
      out.clear();
      receivers.forEach(receiver -> receiver.tryFail("simulated: the subscription is lost"));
      receivers.clear();
      world.after(world.wayMicros(), CommandsTopic.this::deliver);
    }

    @Override
    public void close() {
      lose();
    }
  }
}
