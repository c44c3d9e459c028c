package allocation.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One try at something in a session of a pool, for a limited time. When the time is over nothing
 * more of it is begun, and a session goes back to the pool only outside of any transaction.
 */
final class PgAttempt {
  private static final String COMMIT = "COMMIT";
  private static final String ROLLBACK = "ROLLBACK";

  private final SqlConnection sql;
  private boolean inTransaction;
  private boolean givenUp;

  private PgAttempt(SqlConnection sql) {
    this.sql = sql;
  }

  /**
   * Gets a session and works in it.
   *
   * @param limitMs milliseconds for getting one, and again for the work
   */
  static <T> Future<T> with(Pool pool, long limitMs, Function<PgAttempt, Future<T>> work) {
    Future<SqlConnection> wanted = pool.getConnection();
    return wanted
        .timeout(limitMs, TimeUnit.MILLISECONDS)
        .onFailure(late -> wanted.onSuccess(SqlConnection::close))
        .compose(sql -> new PgAttempt(sql).run(wanted, limitMs, work));
  }

  private <T> Future<T> run(
      Future<SqlConnection> home, long limitMs, Function<PgAttempt, Future<T>> work) {
    // Of a Future with a context, for the time-out.
    return home.compose(session -> work.apply(this))
        .eventually(this::leave)
        .timeout(limitMs, TimeUnit.MILLISECONDS)
        .onFailure(ended -> givenUp = true);
  }

  SqlConnection sql() {
    return sql;
  }

  /** Begins a transaction and sends its first statements in one piece. */
  <T> Future<T> begin(String begin, Supplier<Future<T>> statements) {
    inTransaction = true;
    Future<?> begun = sql.query(begin).execute();
    Future<T> done = statements.get();
    return all(List.of(begun, done))
        .compose(ready ->
            // Whoever asked has been told by now that nothing was written.
            givenUp ? Future.failedFuture(new TimeoutException("given up")) : done);
  }

  /** Sends COMMIT behind what was sent; it rolls back if any of that fails. */
  Future<Void> commit(List<? extends Future<?>> sent) {
    Future<?> ended = sql.query(COMMIT).execute();
    inTransaction = false;
    return all(sent).eventually(() -> ended).compose(done -> ended).mapEmpty();
  }

  private Future<Void> leave() {
    if (!inTransaction) {
      return sql.close();
    }
    inTransaction = false;
    return sql.query(ROLLBACK).execute().transform(done -> sql.close());
  }

  /** Fails with the first failure that is not the mere consequence of another. */
  private static Future<Void> all(List<? extends Future<?>> sent) {
    return Future.join(sent)
        .<Void>mapEmpty()
        .recover(any ->
            Future.failedFuture(
                sent.stream()
                    .filter(Future::failed)
                    .map(Future::cause)
                    .filter(cause -> !SqlState.isConsequence(cause))
                    .findFirst()
                    .orElse(any)));
  }
}
