package allocation.postgres;

import static allocation.postgres.Session.all;
import static allocation.postgres.Session.each;
import static allocation.postgres.Session.inTransaction;

import allocation.domain.LoggedEvent;
import allocation.log.EventLog;
import allocation.readmodel.Views.Run;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Builds the views again from the first event, beside those that are read, and swaps the two by
 * name. The service goes on meanwhile, and its readers never see less than before. A rebuild that
 * was interrupted is simply run again.
 *
 * <p>All of it goes over one session, which holds an advisory lock: if the session is lost so is
 * the lock, and the rebuild cannot get to its swap any more.
 */
public final class ViewsRebuild {
  // The session may be one of a service, which gives up soon; this has to wait, and says so itself.
  private static final List<String> PATIENTLY =
      List.of(
          "SET statement_timeout = 0",
          "SET lock_timeout = 0",
          "SET idle_in_transaction_session_timeout = 0",
          "SET client_min_messages = warning");

  private static final List<String> AS_BEFORE =
      List.of(
          "RESET statement_timeout",
          "RESET lock_timeout",
          "RESET idle_in_transaction_session_timeout",
          "RESET client_min_messages");

  private static final String LOCK =
      "SELECT pg_try_advisory_lock(hashtext('allocation.rebuild-views'), 0)";

  private static final String UNLOCK =
      "SELECT pg_advisory_unlock(hashtext('allocation.rebuild-views'), 0)";

  // The tables one by one, each in a transaction of its own: a late reader that has one of them and
  // wants the next can then not be waited for by whom it waits for.
  private static final List<String> REMOVE_OLD =
      List.of(
          "DROP TABLE IF EXISTS views_old.order_view",
          "DROP TABLE IF EXISTS views_old.batch_view",
          "DROP TABLE IF EXISTS views_old.product_view",
          "DROP SCHEMA IF EXISTS views_old");

  private static final List<String> MAKE_NEXT =
      List.of(
          "DROP SCHEMA IF EXISTS views_next CASCADE",
          "DELETE FROM follower WHERE name = 'views_next'",
          "SELECT make_views('views_next')");

  // The first questions after the swap are planned by these numbers.
  private static final List<String> ANALYZE =
      List.of(
          "ANALYZE views_next.order_view",
          "ANALYZE views_next.batch_view",
          "ANALYZE views_next.product_view");

  private static final String MAKE_CURSORS =
      """
      INSERT INTO follower (name, shard, position)
      SELECT 'views', shard, 0 FROM follower WHERE name = 'views_next'
      ON CONFLICT ON CONSTRAINT follower_key DO NOTHING
      """;

  // In shard order, and before any row of a view: as everyone does who writes to the views.
  private static final String LOCK_CURSORS =
      """
      SELECT shard, position FROM follower
      WHERE name = 'views'
      ORDER BY shard
      FOR UPDATE
      """;

  // A rename of schemas waits for no reader and keeps none waiting.
  private static final List<String> SWAP =
      List.of(
          "ALTER SCHEMA views RENAME TO views_old",
          "ALTER SCHEMA views_next RENAME TO views",
          """
          UPDATE follower AS old SET position = new.position
          FROM follower AS new
          WHERE old.name = 'views' AND new.name = 'views_next' AND old.shard = new.shard
          """,
          "DELETE FROM follower WHERE name = 'views_next'");

  private final Pool pool;
  private final EventLog log;
  private final int batchRows;
  private final Consumer<String> progress;

  /** Somebody rebuilds the views of this database already. */
  public static final class UnderWay extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnderWay() {
      super("a rebuild of the views is under way already");
    }
  }

  private record Cursor(int shard, long position) {}

  /**
   * @param pool of the database that has the views
   * @param batchRows events that are read, kept in memory and applied at a time
   * @param progress takes lines for the operator
   */
  public ViewsRebuild(Pool pool, EventLog log, int batchRows, Consumer<String> progress) {
    this.pool = pool;
    this.log = log;
    this.batchRows = batchRows;
    this.progress = progress;
  }

  /** Completes when the new views are read; fails, with the old ones in place, otherwise. */
  public Future<Void> run() {
    return pool.getConnection()
        .compose(session ->
            lock(session)
                .compose(locked ->
                    all(session, PATIENTLY)
                        .compose(patient -> rebuild(session))
                        .eventually(() -> all(session, AS_BEFORE))
                        .eventually(() -> session.query(UNLOCK).execute()))
                .eventually(session::close));
  }

  private static Future<Void> lock(SqlConnection session) {
    return session
        .query(LOCK)
        .execute()
        .compose(rows ->
            rows.iterator().next().getBoolean(0)
                ? Future.succeededFuture()
                : Future.failedFuture(new UnderWay()));
  }

  private Future<Void> rebuild(SqlConnection session) {
    return all(session, REMOVE_OLD)
        .compose(removed -> inTransaction(session, () -> all(session, MAKE_NEXT)))
        .compose(made -> log.positions())
        .compose(positions -> {
          List<Integer> shards = positions.keySet().stream().sorted().toList();
          long events = positions.values().stream().mapToLong(Long::longValue).sum();
          progress.accept("rebuilding the views from %d events".formatted(events));
          return fill(session, shards, Long.MAX_VALUE);
        })
        .compose(filled -> all(session, ANALYZE))
        .compose(analyzed -> inTransaction(session, () -> swap(session)))
        .compose(swapped -> {
          progress.accept("the new views are in use");
          return all(session, REMOVE_OLD);
        });
  }

  /** Round after round, while the events of one are much fewer than those of the one before. */
  private Future<Void> fill(SqlConnection session, List<Integer> shards, long eventsBefore) {
    return each(shards, 0L, (events, shard) -> fill(session, shard).map(more -> events + more))
        .compose(events -> {
          progress.accept("%d events applied".formatted(events));
          boolean last = events <= batchRows || events > eventsBefore / 2;
          return last ? Future.succeededFuture() : fill(session, shards, events);
        });
  }

  /** Completes with the number of events that were applied. */
  private Future<Long> fill(SqlConnection session, int shard) {
    return ViewTables.NEXT
        .cursor(session, shard)
        .compose(start ->
            fill(session, shard, start)
                .map(reached -> {
                  progress.accept("shard %d is at %d".formatted(shard, reached));
                  return reached - start;
                }));
  }

  private Future<Long> fill(SqlConnection session, int shard, long start) {
    Promise<Long> end = Promise.promise();
    fill(session, shard, start, end);
    return end.future();
  }

  /** A loop and not a chain of futures, which would grow with the log. */
  private void fill(SqlConnection session, int shard, long cursor, Promise<Long> end) {
    log.after(shard, cursor, batchRows)
        .compose(events ->
            events.isEmpty()
                ? Future.succeededFuture(cursor)
                : inTransaction(session, () -> apply(session, shard, cursor, events)))
        .onSuccess(reached -> {
          if (reached == cursor) {
            end.complete(cursor);
          } else {
            fill(session, shard, reached, end);
          }
        })
        .onFailure(end::fail);
  }

  private static Future<Long> apply(
      SqlConnection session, int shard, long cursor, List<LoggedEvent> events) {
    return ViewTables.NEXT
        .apply(session, List.of(new Run(shard, cursor, events)))
        .map(List::getFirst);
  }

  private Future<Void> swap(SqlConnection session) {
    return session
        .query(MAKE_CURSORS)
        .execute()
        .compose(made -> session.query(LOCK_CURSORS).execute())
        .compose(rows -> {
          List<Cursor> live = new ArrayList<>(rows.size());
          rows.forEach(row -> live.add(new Cursor(row.getInteger(0), row.getLong(1))));
          return each(live, 0, (done, cursor) -> catchUp(session, cursor).map(done));
        })
        .compose(caughtUp -> all(session, SWAP));
  }

  /** What readers have seen already must be in the new views too. */
  private Future<Void> catchUp(SqlConnection session, Cursor live) {
    return ViewTables.NEXT.cursor(session, live.shard()).compose(at -> catchUp(session, live, at));
  }

  private Future<Void> catchUp(SqlConnection session, Cursor live, long at) {
    if (at >= live.position()) {
      return Future.succeededFuture();
    }
    return log.after(live.shard(), at, batchRows)
        .compose(events ->
            events.isEmpty()
                ? Future.failedFuture(
                    new IllegalStateException(
                        "the views of shard %d are at %d, but its log ends at %d"
                            .formatted(live.shard(), live.position(), at)))
                : apply(session, live.shard(), at, events))
        .compose(reached -> catchUp(session, live, reached));
  }
}
