package allocation;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which verticles share an event loop. Vert.x hands its loops out in turn to whoever asks, so
 * that it is chance who waits for whom; here a verticle that comes to a wrong one is deployed
 * again. See ADR 25.
 */
final class EventLoops {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  private final Vertx vertx;

  /** Others may ask for a loop meanwhile, so that one can be missed. */
  private final int tries;

  private final Set<Thread> taken = new HashSet<>();

  /** Two that looked for a loop at a time would each come to every second one only. */
  private Future<?> last = Future.succeededFuture();

  /** One loop, whichever it is; the first verticle that is deployed on it takes it. */
  static final class Loop {
    private @Nullable Thread thread;
  }

  /** This is not the loop that was asked for. */
  private static final class Elsewhere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Elsewhere() {
      super("a verticle came to another event loop", null, false, false);
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
   * Deploys the verticle there, or anywhere when no loop is left; completes with its deployment id
   * or fails as it does.
   */
  synchronized Future<String> deploy(Deployable verticle, Loop loop) {
    Future<String> deployed = last.transform(before -> deploy(verticle, loop, tries));
    last = deployed;
    return deployed;
  }

  private Future<String> deploy(Deployable verticle, Loop loop, int triesLeft) {
    return vertx
        .deployVerticle(new On(loop, verticle, triesLeft == 0))
        .recover(cause ->
            cause instanceof Elsewhere
                ? deploy(verticle, loop, triesLeft - 1)
                : Future.failedFuture(cause));
  }

  /** Whether this thread is that of the loop; one that has none yet gets one that is free. */
  private synchronized boolean isHere(Loop loop) {
    Thread here = Thread.currentThread();
    if (loop.thread == null && taken.add(here)) {
      loop.thread = here;
    }
    return here.equals(loop.thread);
  }

  private final class On implements Deployable {
    private final Loop loop;
    private final Deployable verticle;
    private final boolean anywhere;

    On(Loop loop, Deployable verticle, boolean anywhere) {
      this.loop = loop;
      this.verticle = verticle;
      this.anywhere = anywhere;
    }

    @Override
    public Future<?> deploy(Context context) throws Exception {
      if (!isHere(loop)) {
        if (!anywhere) {
          return Future.failedFuture(new Elsewhere());
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
