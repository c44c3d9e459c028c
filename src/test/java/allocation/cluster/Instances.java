package allocation.cluster;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.OwnShards;
import allocation.bus.Role;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Stand-ins for the instances of one role on one node: they note what they are told, and answer at
 * once unless they are held. Any thread may ask.
 */
final class Instances {
  private final Map<Integer, List<Integer>> owned = new TreeMap<>();
  private final List<String> told = new ArrayList<>();
  private final List<Long> toldNs = new ArrayList<>();
  private final Deque<Message<OwnShards>> unanswered = new ArrayDeque<>();
  private boolean held;
  private int failures;

  Instances(Vertx vertx, Role role, int count) {
    for (int i = 0; i < count; i++) {
      int instance = i;
      owned.put(i, List.of());
      vertx
          .eventBus()
          .<OwnShards>localConsumer(Addresses.own(role, i), request -> take(instance, request));
    }
  }

  private synchronized void take(int instance, Message<OwnShards> request) {
    told.add("%d: %s".formatted(instance, request.body().shards()));
    toldNs.add(System.nanoTime());
    if (failures > 0) {
      failures--;
      CommandFailure.INTERNAL.reply(request, "the instance fails");
      return;
    }
    owned.put(instance, request.body().shards());
    if (held) {
      unanswered.add(request);
    } else {
      request.reply(request.body());
    }
  }

  /** From now on they do what they are told and do not say so, as if work were under way. */
  synchronized void hold() {
    held = true;
  }

  /** They have done everything that they were told. */
  synchronized void release() {
    held = false;
    unanswered.forEach(request -> request.reply(request.body()));
    unanswered.clear();
  }

  /** The next tellings fail, and nothing is done. */
  synchronized void failNext(int times) {
    failures = times;
  }

  /** What they were told, as {@code instance: [shards]}, in order. */
  synchronized List<String> told() {
    return List.copyOf(told);
  }

  /** When they were told, in nanoseconds of the JVM's clock. */
  synchronized List<Long> toldNs() {
    return List.copyOf(toldNs);
  }

  synchronized void forgetWhatWasTold() {
    told.clear();
  }

  /** What all of them have now, in order. */
  synchronized List<Integer> shards() {
    return owned.values().stream().flatMap(List::stream).sorted().toList();
  }

  /** What one of them has now. */
  synchronized List<Integer> shards(int instance) {
    return List.copyOf(owned.getOrDefault(instance, List.of()));
  }

  /** How many were told and have not said that it is done. */
  synchronized int unanswered() {
    return unanswered.size();
  }
}
