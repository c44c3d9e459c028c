package allocation.journey;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/** Many at once: all wait for the last of them, then all begin. */
final class Together {
  private static final long LIMIT_S = 60;

  private Together() {}

  /** What each of {@code many} got, in their order. */
  static <T> List<T> run(int many, IntFunction<T> each) {
    CountDownLatch ready = new CountDownLatch(many);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        int number = i;
        futures.add(
            threads.submit(() -> {
              ready.countDown();
              ready.await();
              return each.apply(number);
            }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(LIMIT_S, TimeUnit.SECONDS));
      }
      return results;
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
