package allocation.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session whose statements are sent without waiting for the answers to those before: the server
 * takes them one after the other. It goes back to the pool with the answer to the last one. Belongs
 * to one event loop.
 */
final class SharedSession {
  private static final Logger LOG = LoggerFactory.getLogger(SharedSession.class);

  private final Future<SqlConnection> sql;
  private final long limitMs;
  private int unanswered;

  /**
   * @param limitMs milliseconds for getting it, and again for each statement
   */
  SharedSession(Pool pool, long limitMs) {
    Future<SqlConnection> wanted = pool.getConnection();
    this.limitMs = limitMs;
    this.sql =
        wanted
            .timeout(limitMs, TimeUnit.MILLISECONDS)
            .onFailure(late -> wanted.onSuccess(SqlConnection::close));
  }

  /** Sends a statement that is a transaction by itself; not after the last one has its answer. */
  <T> Future<T> send(Function<SqlConnection, Future<T>> statement) {
    unanswered++;
    return sql.compose(session ->
        // Of a Future with a context, for the time-out.
        sql.compose(statement)
            .onComplete(answer -> answered(session))
            .timeout(limitMs, TimeUnit.MILLISECONDS));
  }

  /** Whether something more can be sent. */
  boolean isInUse() {
    return unanswered > 0;
  }

  /** Before the answer is heard: whoever hears it can send nothing behind it any more. */
  private void answered(SqlConnection session) {
    unanswered--;
    if (unanswered == 0) {
      session.close().onFailure(cause -> LOG.warn("a session was not given back", cause));
    }
  }
}
