package allocation.postgres;

import allocation.log.Cursors;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;

/** Cursors in table {@code follower}. */
public final class PgCursors implements Cursors {
  private static final String MAKE =
      """
      INSERT INTO follower (name, shard, position) VALUES ($1, $2, 0)
      ON CONFLICT ON CONSTRAINT follower_key DO NOTHING
      """;
  private static final String READ = "SELECT position FROM follower WHERE name = $1 AND shard = $2";
  private static final String LOCK =
      """
      SELECT shard, position FROM follower WHERE name = $1 AND shard = ANY ($2)
      ORDER BY shard FOR UPDATE
      """;
  static final String ALL = "SELECT shard, position FROM follower WHERE name = $1";
  private static final String MOVE =
      """
      WITH moved AS (
        UPDATE follower f SET position = move.target
        FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS move (shard, origin, target)
        WHERE f.name = $1 AND f.shard = move.shard AND f.position = move.origin
        RETURNING 1)
      SELECT expect_rows('move of cursors', cardinality($2::int[]), count(*)) FROM moved
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
  public Future<Void> move(String follower, List<Move> moves) {
    return move(pool, follower, moves);
  }

  /** Reads a cursor and makes it, at 0, when it is missing. */
  static Future<Long> read(SqlClient sql, String follower, int shard) {
    Tuple key = Tuple.of(follower, shard);
    return sql.preparedQuery(MAKE)
        .execute(key)
        .compose(made -> sql.preparedQuery(READ).execute(key))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  /** The cursors of all shards that have one. */
  static Future<Map<Integer, Long>> all(SqlClient sql, String follower) {
    return sql.preparedQuery(ALL).execute(Tuple.of(follower)).map(PgEventLog::positions);
  }

  /** Reads cursors and keeps others from moving them until the transaction ends. */
  static Future<Map<Integer, Long>> lock(
      SqlClient transaction, String follower, List<Integer> shards) {
    return transaction
        .preparedQuery(LOCK)
        .execute(Columns.row(follower, shards.toArray(Integer[]::new)))
        .map(PgEventLog::positions);
  }

  static Future<Void> move(SqlClient sql, String follower, List<Move> moves) {
    return sql.preparedQuery(MOVE)
        .execute(
            Columns.row(
                follower,
                Columns.ints(moves, Move::shard),
                Columns.longs(moves, Move::from),
                Columns.longs(moves, Move::to)))
        .<Void>mapEmpty()
        .recover(cause ->
            Future.failedFuture(
                SqlState.isOtherRows(cause)
                    ? new CursorMoved(follower, moves.getFirst().shard(), moves.getFirst().from())
                    : cause));
  }
}
