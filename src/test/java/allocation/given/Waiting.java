package allocation.given;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Waiting in tests: for a result or a condition, never for a time, and never for ever. */
public final class Waiting {
  private static final long LIMIT_S = 20;

  private Waiting() {}

  /** The result of a Future that succeeds. */
  public static <T> T result(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("did not end", e);
    }
  }

  /** The cause of a Future that fails. */
  public static Throwable failure(Future<?> future) {
    return result(
        future.transform(done ->
            done.failed()
                ? Future.succeededFuture(done.cause())
                : Future.failedFuture("did not fail, but gave " + done.result())));
  }

  /** Looks again and again until it is so. */
  public static void until(String what, BooleanSupplier isSo) {
    Awaitility.await(what).pollInSameThread().until(isSo::getAsBoolean);
  }

  /** Does it and completes a turn of the caller's event loop later, as a real port would. */
  static <T> Future<T> later(Supplier<Future<T>> what) {
    return atHome(Future.succeededFuture().compose(now -> what.get()));
  }

  /** Completes on the caller's event loop, if it has one, and not at once. */
  static <T> Future<T> atHome(Future<T> anywhere) {
    Context home = Vertx.currentContext();
    if (home == null) {
      return anywhere;
    }
    Promise<T> promise = Promise.promise();
    anywhere.onComplete(done -> home.runOnContext(turn -> promise.handle(done)));
    return promise.future();
  }
}
