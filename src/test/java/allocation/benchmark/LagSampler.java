package allocation.benchmark;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.HdrHistogram.Histogram;

/**
 * Looks twenty times a second how old the oldest event is that each follower has yet to follow, on
 * the clock that the event was written by. A follower that has followed everything is 0 behind.
 */
final class LagSampler implements AutoCloseable {
  private static final long INTERVAL_NANOS = Duration.ofMillis(50).toNanos();

  private static final String AGES =
      """
      SELECT f.name, coalesce(max(extract(epoch FROM clock_timestamp() - oldest.at)), 0) * 1000
      FROM follower f
      LEFT JOIN LATERAL (SELECT run.at FROM event_run run
                         WHERE run.shard = f.shard AND run.last_position > f.position
                         ORDER BY run.last_position LIMIT 1) oldest ON true
      GROUP BY f.name
      """;

  private final Map<String, Histogram> ages = new TreeMap<>();
  private final CompletableFuture<Void> done;
  private volatile boolean stopped;

  /**
   * Begins at once.
   *
   * @param database of the sampler's own, as long as it samples
   */
  LagSampler(Connection database) {
    done =
        CompletableFuture.runAsync(
            () -> sample(database), task -> Thread.ofPlatform().name("lag").start(task));
  }

  /** Ends the sampling; milliseconds by follower. */
  Map<String, Histogram> stop() {
    stopped = true;
    done.join();
    return ages;
  }

  @Override
  public void close() {
    stopped = true;
    done.exceptionally(failed -> null).join();
  }

  private void sample(Connection database) {
    try (PreparedStatement query = database.prepareStatement(AGES)) {
      for (long due = System.nanoTime(); !stopped; due += INTERVAL_NANOS) {
        Pause.until(due);
        try (ResultSet rows = query.executeQuery()) {
          while (rows.next()) {
            ages.computeIfAbsent(rows.getString(1), first -> new Histogram(3))
                .recordValue(Math.max(0, Math.round(rows.getDouble(2))));
          }
        }
      }
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }
}
