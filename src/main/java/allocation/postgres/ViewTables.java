package allocation.postgres;

import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.log.Cursors.Move;
import allocation.readmodel.ViewChanges;
import allocation.readmodel.ViewChanges.BatchRow;
import allocation.readmodel.Views.Run;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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

  Future<Map<Integer, Long>> cursors(SqlClient sql) {
    return PgCursors.all(sql, follower);
  }

  /** See {@link allocation.readmodel.Views#apply}; in the transaction that {@code sql} is in. */
  Future<List<Long>> apply(SqlClient sql, List<Run> runs) {
    runs.forEach(ViewTables::requireNoGap);
    Set<BatchRef> refs = new HashSet<>();
    runs.forEach(run -> refs.addAll(ViewChanges.refs(run.events())));
    // Both go out at once; the rows are read when the lock is held, since a session works in order.
    Future<Map<Integer, Long>> locked =
        PgCursors.lock(sql, follower, runs.stream().map(Run::shard).toList());
    Future<List<BatchRow>> batches = rows.batches(sql, refs);
    return Future.all(locked, batches)
        .compose(read -> {
          List<Run> due = runs.stream().filter(run -> isAt(locked.result(), run)).toList();
          return write(sql, due, batches.result())
              .map(written ->
                  runs.stream()
                      .map(run -> due.contains(run) ? run.last() : at(locked.result(), run))
                      .toList());
        });
  }

  private static boolean isAt(Map<Integer, Long> cursors, Run run) {
    return at(cursors, run) == run.cursor();
  }

  private static long at(Map<Integer, Long> cursors, Run run) {
    return Objects.requireNonNull(cursors.get(run.shard()), "a shard without a cursor");
  }

  private static void requireNoGap(Run run) {
    long expected = run.cursor();
    for (LoggedEvent event : run.events()) {
      expected++;
      if (event.shard() != run.shard() || event.position() != expected) {
        throw new IllegalArgumentException(
            "shard %d position %d is due, was %s".formatted(run.shard(), expected, event.data()));
      }
    }
  }

  private Future<Void> write(SqlClient sql, List<Run> runs, List<BatchRow> batches) {
    if (runs.isEmpty()) {
      return Future.succeededFuture();
    }
    List<LoggedEvent> events = runs.stream().flatMap(run -> run.events().stream()).toList();
    List<Move> moves =
        runs.stream().map(run -> new Move(run.shard(), run.cursor(), run.last())).toList();
    return Future.all(
            rows.write(sql, ViewChanges.of(events, batches)), PgCursors.move(sql, follower, moves))
        .mapEmpty();
  }
}
