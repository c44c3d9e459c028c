package allocation.postgres;

import allocation.log.Cursors;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

/** Cursors in table {@code follower}. */
public final class PgCursors implements Cursors {
  private static final String MAKE =
      """
      INSERT INTO follower (name, shard, position) VALUES ($1, $2, 0)
      ON CONFLICT ON CONSTRAINT follower_key DO NOTHING
      """;
  private static final String READ = "SELECT position FROM follower WHERE name = $1 AND shard = $2";
  private static final String LOCK = READ + " FOR UPDATE";
  private static final String MOVE =
      """
      UPDATE follower SET position = $4
      WHERE name = $1 AND shard = $2 AND position = $3
      """;

  private final Pool pool;

  public PgCursors(Pool pool) {
    this.pool = pool;
  }

  @Override
  public Future<Long> read(String follower, int shard) {
    return read(pool, follower, shard);
  }

  @Override
  public Future<Void> move(String follower, int shard, long from, long to) {
    return move(pool, follower, shard, from, to);
  }

  /** Reads a cursor and makes it, at 0, when it is missing. */
  static Future<Long> read(SqlClient sql, String follower, int shard) {
    Tuple key = Tuple.of(follower, shard);
    return sql.preparedQuery(MAKE)
        .execute(key)
        .compose(made -> sql.preparedQuery(READ).execute(key))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  /** Reads a cursor and keeps others from moving it until the transaction ends. */
  static Future<Long> lock(SqlClient transaction, String follower, int shard) {
    return transaction
        .preparedQuery(LOCK)
        .execute(Tuple.of(follower, shard))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  static Future<Void> move(SqlClient sql, String follower, int shard, long from, long to) {
    return sql.preparedQuery(MOVE)
        .execute(Tuple.of(follower, shard, from, to))
        .compose(moved ->
            moved.rowCount() == 1
                ? Future.succeededFuture()
                : Future.failedFuture(new CursorMoved(follower, shard, from)));
  }
}
