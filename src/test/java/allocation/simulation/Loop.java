package allocation.simulation;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The Vert.x of one simulated process: one event loop, on the world's time. It dies without a word,
 * with everything that it was about to do, or stands still for a while.
 */
public final class Loop {
  private final World world;
  private final Vertx vertx = Stub.of(Vertx.class, this);
  private final Context context = Stub.of(Context.class, new OfContext());
  private final Bus bus;
  private final Set<Long> timers = new HashSet<>();
  private long lastTimer;
  private boolean dead;
  private final Deque<Runnable> held = new ArrayDeque<>();
  private boolean frozen;
  private int freezes;

  Loop(World world, String node, Network network) {
    this.world = world;
    this.bus = new Bus(this, node, network);
  }

  Vertx vertx() {
    return vertx;
  }

  Bus bus() {
    return bus;
  }

  World world() {
    return world;
  }

  boolean isDead() {
    return dead;
  }

  void die() {
    dead = true;
  }

  /** Does nothing for so long, and does not know it. */
  void freeze(long ms) {
    frozen = true;
    int number = ++freezes;
    world.afterMs(
        ms,
        () -> {
          if (number == freezes) {
            thaw();
          }
        });
  }

  /** Goes on with what has come meanwhile, in its order. */
  void thaw() {
    frozen = false;
    while (!frozen && !held.isEmpty()) {
      now(held.remove());
    }
  }

  boolean isFrozen() {
    return frozen;
  }

  /** Does it on this event loop, if that still lives then. */
  void run(long micros, Runnable what) {
    world.after(
        micros,
        () -> {
          if (frozen) {
            held.add(what);
          } else {
            now(what);
          }
        });
  }

  private void now(Runnable what) {
    if (dead) {
      return;
    }
    try {
      what.run();
    } catch (World.Violation e) {
      throw e;
    } catch (RuntimeException e) {
      throw new World.Violation("thrown on an event loop: " + e, e);
    }
  }

  /** Completes here, on this event loop, a little later. */
  <T> Future<T> home(Consumer<Promise<T>> completing) {
    Promise<T> home = Promise.promise();
    Promise<T> away = Promise.promise();
    away.future()
        .onComplete(done ->
            run(
                0,
                () -> {
                  if (done.succeeded()) {
                    home.complete(done.result());
                  } else {
                    home.fail(done.cause());
                  }
                }));
    completing.accept(away);
    return home.future();
  }

  /** Starts a verticle here. */
  Future<?> deploy(Deployable verticle) {
    try {
      return verticle.deploy(context);
    } catch (Exception e) {
      throw new World.Violation("a verticle does not start", e);
    }
  }

  // What follows is called through the interface.

  public EventBus eventBus() {
    return bus.bus();
  }

  public Context getOrCreateContext() {
    return context;
  }

  public void runOnContext(Handler<Void> action) {
    run(0, () -> action.handle(null));
  }

  public long setTimer(long ms, Handler<Long> fired) {
    long timer = ++lastTimer;
    timers.add(timer);
    run(
        TimeUnit.MILLISECONDS.toMicros(ms),
        () -> {
          if (timers.remove(timer)) {
            fired.handle(timer);
          }
        });
    return timer;
  }

  public long setPeriodic(long firstMs, long ms, Handler<Long> tick) {
    long timer = ++lastTimer;
    timers.add(timer);
    tick(timer, firstMs, ms, tick);
    return timer;
  }

  private void tick(long timer, long inMs, long ms, Handler<Long> tick) {
    run(
        TimeUnit.MILLISECONDS.toMicros(inMs),
        () -> {
          if (timers.contains(timer)) {
            tick.handle(timer);
            tick(timer, ms, ms, tick);
          }
        });
  }

  public boolean cancelTimer(long timer) {
    return timers.remove(timer);
  }

  public Timer timer(long ms) {
    Promise<Void> over = Promise.promise();
    setTimer(ms, fired -> over.complete());
    return Stub.of(Timer.class, over.future());
  }

  /** The context of everything here. */
  public final class OfContext {
    public Vertx owner() {
      return vertx;
    }

    public void runOnContext(Handler<Void> action) {
      Loop.this.runOnContext(action);
    }

    public String deploymentID() {
      return "simulated";
    }
  }
}
