package allocation.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Supplier;

/** Longer work on one session. */
final class Session {
  private Session() {}

  /** Statements without parameters, one after the other. */
  static Future<Void> all(SqlConnection session, List<String> statements) {
    return each(statements, 0, (done, statement) -> session.query(statement).execute().map(done))
        .mapEmpty();
  }

  interface Step<T, A> {
    Future<A> after(A before, T item);
  }

  /** Steps, one after the other. */
  static <T, A> Future<A> each(List<T> items, A start, Step<T, A> step) {
    Future<A> done = Future.succeededFuture(start);
    for (T item : items) {
      done = done.compose(before -> step.after(before, item));
    }
    return done;
  }

  /** Commits what {@code work} did, or rolls it back when that failed. */
  static <T> Future<T> inTransaction(SqlConnection session, Supplier<Future<T>> work) {
    return session
        .begin()
        .compose(transaction ->
            Future.succeededFuture()
                .compose(begun -> work.get())
                .compose(
                    result -> transaction.commit().map(result),
                    cause ->
                        transaction
                            .rollback()
                            .transform(rolledBack -> Future.failedFuture(cause))));
  }
}
