package allocation.postgres;

import allocation.log.ShardLocks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Advisory locks of PostgreSQL, all on one session of their own: they end with it, so a killed or
 * cut-off service leaves none behind. Belongs to one event loop.
 */
public final class PgShardLocks implements ShardLocks {
  // hashtext is stable within a major version; services on one database see the same server.
  private static final String TRY = "SELECT pg_try_advisory_lock(hashtext($1), $2)";
  private static final String RELEASE = "SELECT pg_advisory_unlock(hashtext($1), $2)";

  private final Vertx vertx;
  private final PgConnectOptions options;
  private @Nullable Future<PgConnection> session;

  /**
   * @param options the server; the session is opened on first use and again after it was lost
   */
  public PgShardLocks(Vertx vertx, PgConnectOptions options) {
    this.vertx = vertx;
    this.options = options;
  }

  @Override
  public Future<Optional<Held>> tryLock(String follower, int shard) {
    return session()
        .compose(connection ->
            connection
                .preparedQuery(TRY)
                .execute(Tuple.of(follower, shard))
                .map(rows -> rows.iterator().next().getBoolean(0))
                .map(taken ->
                    taken ? Optional.of(new Lock(connection, follower, shard)) : Optional.empty()));
  }

  /** Ends the session, and with it every lock. */
  public Future<Void> close() {
    Future<PgConnection> open = session;
    session = null;
    return open == null
        ? Future.succeededFuture()
        : open.compose(PgConnection::close).otherwiseEmpty();
  }

  private Future<PgConnection> session() {
    Future<PgConnection> open = session;
    if (open == null) {
      Future<PgConnection> opening = PgConnection.connect(vertx, options);
      session = opening;
      opening
          .onSuccess(connection -> connection.closeHandler(closed -> forget(opening)))
          .onFailure(cause -> forget(opening));
      open = opening;
    }
    return open;
  }

  private void forget(Future<PgConnection> ended) {
    if (ended.equals(session)) {
      session = null;
    }
  }

  private final class Lock implements Held {
    private final PgConnection connection;
    private final String follower;
    private final int shard;

    Lock(PgConnection connection, String follower, int shard) {
      this.connection = connection;
      this.follower = follower;
      this.shard = shard;
    }

    @Override
    public boolean isHeld() {
      Future<PgConnection> open = session;
      return open != null && open.succeeded() && open.result().equals(connection);
    }

    @Override
    public Future<Void> release() {
      return isHeld()
          ? connection.preparedQuery(RELEASE).execute(Tuple.of(follower, shard)).mapEmpty()
          : Future.succeededFuture();
    }
  }
}
