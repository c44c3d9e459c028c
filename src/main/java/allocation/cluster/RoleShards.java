package allocation.cluster;

import static allocation.bus.Placement.NOBODY;

import allocation.bus.Addresses;
import allocation.bus.OwnShards;
import allocation.bus.Role;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the instances of one role have on this node to what the plan says: first they finish
 * and leave what they lose, then they take what others have let go of. One step at a time; belongs
 * to one event loop.
 */
final class RoleShards {
  private static final Logger LOG = LoggerFactory.getLogger(RoleShards.class);

  /** Milliseconds for the instances to finish what they lose. */
  private static final long LEAVE_MS = 30_000;

  private static final long AGAIN_MS = 1_000;

  private final Vertx vertx;
  private final Role role;
  private final List<String> instances;
  private final Function<List<Integer>, Future<Void>> letGo;
  private final List<Waiting> waiting = new ArrayList<>();

  /** The instance of every shard, by its number as text. */
  private volatile List<String> held;

  /** What instances may have besides: they were told to take it, and did not say that they did. */
  private final Set<Integer> taking = new TreeSet<>();

  private Set<Integer> wanted = new TreeSet<>();
  private Promise<Void> changed = Promise.promise();
  private boolean busy;
  private boolean again;
  private boolean resting;

  /** Instances may have other shards than is known: not all of them said that they did as told. */
  private boolean unsure;

  /** Waits until none of these is held here. */
  private record Waiting(Set<Integer> shards, Promise<Void> gone) {}

  /**
   * @param instances of the role that run here, one at least
   * @param letGo asks others for shards; completes when they have let go of them, or do not answer
   */
  RoleShards(
      Vertx vertx,
      Role role,
      int instances,
      int shards,
      Function<List<Integer>, Future<Void>> letGo) {
    this.vertx = vertx;
    this.role = role;
    this.instances = IntStream.range(0, instances).mapToObj(String::valueOf).toList();
    this.held = Collections.nCopies(shards, NOBODY);
    this.letGo = letGo;
  }

  /** How many are held; on any thread. */
  int count() {
    return (int) held.stream().filter(instance -> !instance.equals(NOBODY)).count();
  }

  /** From now on these are to be held here. */
  void want(List<Integer> shards) {
    Set<Integer> next = new TreeSet<>(shards);
    if (!next.equals(wanted)) {
      LOG.info("shards role={} from={} to={}", role, wanted, next);
      wanted = next;
      Promise<Void> before = changed;
      // A step that begins because of this waits for the next change.
      changed = Promise.promise();
      before.complete();
      tellWaiting();
    }
    step();
  }

  /** Completes when none of these is held here, nor about to be. */
  Future<Void> gone(List<Integer> shards) {
    Waiting one = new Waiting(Set.copyOf(shards), Promise.promise());
    waiting.add(one);
    tellWaiting();
    return one.gone().future();
  }

  private void step() {
    if (busy || resting) {
      again = true;
      return;
    }
    Set<Integer> before = heldShards();
    if (before.equals(wanted) && !unsure) {
      return;
    }
    busy = true;
    again = false;
    Future<Void> left =
        wanted.containsAll(before) && !unsure
            ? Future.succeededFuture()
            : own(both(before, wanted));
    left.compose(gone -> take())
        .onComplete(done -> {
          busy = false;
          if (done.failed()) {
            LOG.warn("shards cannot be moved, will try again role={}", role, done.cause());
            rest();
          } else if (again) {
            step();
          }
        });
  }

  private void rest() {
    resting = true;
    vertx.setTimer(
        AGAIN_MS,
        over -> {
          resting = false;
          step();
        });
  }

  private Future<Void> take() {
    List<Integer> gained = wanted.stream().filter(s -> !heldShards().contains(s)).toList();
    if (gained.isEmpty()) {
      return Future.succeededFuture();
    }
    // If the plan changes meanwhile, somebody may be waiting for shards of this node.
    Set<Integer> plan = wanted;
    Promise<Void> go = Promise.promise();
    letGo.apply(gained).onComplete(done -> go.tryComplete());
    changed.future().onComplete(done -> go.tryComplete());
    return go.future()
        .compose(free -> {
          if (!wanted.equals(plan)) {
            again = true;
            return Future.succeededFuture();
          }
          Set<Integer> all = heldShards();
          all.addAll(gained);
          return own(all);
        });
  }

  private static Set<Integer> both(Set<Integer> some, Set<Integer> others) {
    Set<Integer> both = new TreeSet<>(some);
    both.retainAll(others);
    return both;
  }

  private Set<Integer> heldShards() {
    return shards(held);
  }

  private static Set<Integer> shards(List<String> instances) {
    Set<Integer> shards = new TreeSet<>();
    for (int shard = 0; shard < instances.size(); shard++) {
      if (!instances.get(shard).equals(NOBODY)) {
        shards.add(shard);
      }
    }
    return shards;
  }

  /** Tells the instances, in two steps where one takes what another has. */
  private Future<Void> own(Set<Integer> shards) {
    List<Integer> own = List.copyOf(shards);
    List<String> spread = Spread.over(own.stream().map(held::get).toList(), instances);
    List<String> next = new ArrayList<>(Collections.nCopies(held.size(), NOBODY));
    List<String> kept = new ArrayList<>(next);
    for (int i = 0; i < own.size(); i++) {
      int shard = own.get(i);
      next.set(shard, spread.get(i));
      if (held.get(shard).equals(spread.get(i))) {
        kept.set(shard, spread.get(i));
      }
    }
    return tell(kept).compose(left -> tell(whatIsStillWanted(kept, next)));
  }

  /** Others may have been told by now that they can have what is wanted no more, and not held. */
  private List<String> whatIsStillWanted(List<String> kept, List<String> next) {
    return IntStream.range(0, next.size())
        .mapToObj(shard -> wanted.contains(shard) ? next.get(shard) : kept.get(shard))
        .toList();
  }

  private Future<Void> tell(List<String> next) {
    if (next.equals(held) && !unsure) {
      return Future.succeededFuture();
    }
    taking.addAll(shards(next));
    List<Future<?>> told = new ArrayList<>();
    for (String instance : instances) {
      List<Integer> own = of(next, instance);
      if (unsure || !own.equals(of(held, instance))) {
        told.add(
            vertx
                .eventBus()
                .request(
                    Addresses.own(role, Integer.parseInt(instance)),
                    new OwnShards(own),
                    new DeliveryOptions().setLocalOnly(true).setSendTimeout(LEAVE_MS)));
      }
    }
    // Until the last has answered: none is told anything else while it does as it was told.
    return Future.join(told)
        .onFailure(cause -> unsure = true)
        .map(done -> {
          held = next;
          unsure = false;
          taking.clear();
          tellWaiting();
          return null;
        });
  }

  private static List<Integer> of(List<String> held, String instance) {
    return IntStream.range(0, held.size())
        .filter(shard -> held.get(shard).equals(instance))
        .boxed()
        .toList();
  }

  private void tellWaiting() {
    Set<Integer> kept = new LinkedHashSet<>(heldShards());
    kept.addAll(wanted);
    kept.addAll(taking);
    for (Waiting one : List.copyOf(waiting)) {
      if (one.shards().stream().noneMatch(kept::contains)) {
        waiting.remove(one);
        one.gone().complete();
      }
    }
  }
}
