package allocation.given;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Futures as real ports complete them: a turn of the event loop later, on the caller's. */
public final class Later {
  private static final long LIMIT_S = 20;

  private Later() {}

  /** {@code what} is done now, and known later. */
  public static <T> Future<T> done(Supplier<T> what) {
    return settled(Future.succeededFuture().map(now -> what.get()));
  }

  static <T> Future<T> failed(String why) {
    return settled(Future.failedFuture(why));
  }

  /** Runs on the context, as a verticle would, and waits for the result. */
  public static <T> T on(Context context, Supplier<Future<T>> what) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        turn -> Future.succeededFuture().compose(now -> what.get()).onComplete(promise));
    return await(promise.future());
  }

  /** Waits, but not for ever. */
  public static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> Future<T> settled(Future<T> settled) {
    Context context = Vertx.currentContext();
    if (context == null) {
      return settled;
    }
    Promise<T> promise = Promise.promise();
    context.runOnContext(turn -> settled.onComplete(promise));
    return promise.future();
  }
}
