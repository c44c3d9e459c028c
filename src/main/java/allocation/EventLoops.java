package allocation;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each verticle an event loop of its own. Vert.x hands its loops out in turn to whoever asks,
 * so that it is chance who waits for whom; here a verticle that comes to one that is taken is
 * deployed again. See ADR 25.
 */
final class EventLoops {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  private final Vertx vertx;

  /** Others may ask for a loop meanwhile, so that one can be missed. */
  private final int tries;

  private final Set<Thread> taken = new HashSet<>();

  /** Two that looked for a loop at a time would each come to every second one only. */
  private Future<?> last = Future.succeededFuture();

  /** Another verticle has this loop. */
  private static final class Taken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Taken() {
      super("the event loop is taken", null, false, false);
    }
  }

  /**
   * @param size of the pool of event loops
   */
  EventLoops(Vertx vertx, int size) {
    this.vertx = vertx;
    this.tries = 4 * size;
  }

  /**
   * Deploys the verticle on a loop that no other has, or on any when none is left; completes with
   * its deployment id or fails as it does.
   */
  synchronized Future<String> deploy(Deployable verticle) {
    Future<String> deployed = last.transform(before -> deploy(verticle, tries));
    last = deployed;
    return deployed;
  }

  /**
   * Deploys verticles of one kind, and says how all of them are undone: together, since each may
   * wait for what it has under way.
   */
  Future<?> deploy(Stream<Deployable> verticles, Consumer<Supplier<Future<?>>> undo) {
    List<Future<String>> ids = verticles.map(verticle -> deploy(verticle)).toList();
    return Future.join(ids).onComplete(all -> undo.accept(() -> undeploy(ids)));
  }

  private Future<?> undeploy(List<Future<String>> ids) {
    return Future.join(
        ids.stream().filter(Future::succeeded).map(id -> vertx.undeploy(id.result())).toList());
  }

  private Future<String> deploy(Deployable verticle, int triesLeft) {
    return vertx
        .deployVerticle(new Alone(verticle, triesLeft == 0))
        .recover(cause ->
            cause instanceof Taken ? deploy(verticle, triesLeft - 1) : Future.failedFuture(cause));
  }

  /** Whether the loop of this thread was free; it is not any more. */
  private synchronized boolean take() {
    return taken.add(Thread.currentThread());
  }

  private final class Alone implements Deployable {
    private final Deployable verticle;
    private final boolean orWithOthers;

    Alone(Deployable verticle, boolean orWithOthers) {
      this.verticle = verticle;
      this.orWithOthers = orWithOthers;
    }

    @Override
    public Future<?> deploy(Context context) throws Exception {
      if (!take()) {
        if (!orWithOthers) {
          return Future.failedFuture(new Taken());
        }
        LOG.warn("no event loop is left, sharing one verticle={}", verticle.getClass());
      }
      LOG.debug(
          "deploying verticle={} loop={}",
          verticle.getClass().getSimpleName(),
          Thread.currentThread().getName());
      return verticle.deploy(context);
    }

    @Override
    public Future<?> undeploy(Context context) throws Exception {
      return verticle.undeploy(context);
    }
  }
}
