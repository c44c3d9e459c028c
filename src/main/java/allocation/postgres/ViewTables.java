package allocation.postgres;

import allocation.domain.LoggedEvent;
import allocation.readmodel.ViewChanges;
import allocation.readmodel.ViewChanges.BatchRow;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.List;

/**
 * Follows the log into one schema of views: the one that is read, or the one that a rebuild fills.
 * The schema's name is also the name of its cursors.
 */
final class ViewTables {
  static final ViewTables LIVE = new ViewTables("views");
  static final ViewTables NEXT = new ViewTables("views_next");

  private final String follower;
  private final ViewRows rows;

  private ViewTables(String schema) {
    follower = schema;
    rows = new ViewRows(schema);
  }

  /** Reads a shard's cursor and makes it, at 0, when it is missing. */
  Future<Long> cursor(SqlClient sql, int shard) {
    return PgCursors.read(sql, follower, shard);
  }

  /** See {@link allocation.readmodel.Views#apply}; in the transaction that {@code sql} is in. */
  Future<Long> apply(SqlClient sql, int shard, long cursor, List<LoggedEvent> events) {
    requireNoGap(shard, cursor, events);
    // Both go out at once; the rows are read when the lock is held, since a session works in order.
    Future<Long> locked = PgCursors.lock(sql, follower, shard);
    Future<List<BatchRow>> batches = rows.batches(sql, shard, ViewChanges.refs(events));
    return Future.all(locked, batches)
        .compose(read ->
            locked.result() == cursor
                ? write(sql, shard, cursor, events, batches.result())
                : Future.succeededFuture(locked.result()));
  }

  private static void requireNoGap(int shard, long cursor, List<LoggedEvent> events) {
    long expected = cursor;
    for (LoggedEvent event : events) {
      expected++;
      if (event.shard() != shard || event.position() != expected) {
        throw new IllegalArgumentException(
            "shard %d position %d is due, was %s".formatted(shard, expected, event.data()));
      }
    }
  }

  private Future<Long> write(
      SqlClient sql, int shard, long cursor, List<LoggedEvent> events, List<BatchRow> batches) {
    long reached = events.getLast().position();
    return Future.all(
            rows.write(sql, shard, ViewChanges.of(events, batches)),
            PgCursors.move(sql, follower, shard, cursor, reached))
        .map(reached);
  }
}
