package allocation.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets stored answers of commands when nobody will send those again, a bounded bite a time. */
public final class StoredAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(StoredAnswers.class);
  private static final long EVERY_MS = Duration.ofMinutes(10).toMillis();

  /** Most that one statement deletes. */
  static final int BITE_ROWS = 10_000;

  private static final String FORGET =
      """
      DELETE FROM command_answer
      WHERE ctid = ANY (ARRAY(SELECT ctid FROM command_answer WHERE at < $1 LIMIT $2))
      """;

  private final Pool pool;
  private final Clock clock;
  private final Duration kept;

  /**
   * Keeps answers for a while.
   *
   * @param kept how long a command may be sent again and still get its answer
   */
  public StoredAnswers(Pool pool, Clock clock, Duration kept) {
    this.pool = pool;
    this.clock = clock;
    this.kept = kept;
  }

  /** Looks for old ones every ten minutes until Vert.x closes. */
  public void forgetOldOnes(Vertx vertx) {
    vertx.setPeriodic(
        EVERY_MS,
        tick -> forgetOld().onFailure(cause -> LOG.warn("old answers stay for now", cause)));
  }

  /** Deletes all that is too old; completes with how many that were. */
  public Future<Integer> forgetOld() {
    return pool.preparedQuery(FORGET)
        .execute(Tuple.of(clock.instant().minus(kept).atOffset(ZoneOffset.UTC), BITE_ROWS))
        .compose(gone ->
            gone.rowCount() < BITE_ROWS
                ? Future.succeededFuture(gone.rowCount())
                : forgetOld().map(more -> more + gone.rowCount()));
  }
}
