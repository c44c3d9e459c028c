package allocation.postgres;

import allocation.bus.TimeLimit;
import allocation.log.ShardLocks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Advisory locks of PostgreSQL, all on one session of their own: they end with it, so a killed or
 * cut-off service leaves none behind. Neither does one that is frozen or out of reach: the server
 * ends a session that does not show itself for {@link #SILENT_MS}. A server that is silent for as
 * long is given up likewise, with all that it was asked. Belongs to one event loop.
 */
public final class PgShardLocks implements ShardLocks {
  private static final Logger LOG = LoggerFactory.getLogger(PgShardLocks.class);

  // hashtext is stable within a major version; services on one database see the same server.
  private static final String TRY = "SELECT pg_try_advisory_lock(hashtext($1), $2)";
  private static final String RELEASE = "SELECT pg_advisory_unlock(hashtext($1), $2)";

  private static final String STILL_HERE = "SELECT 1";

  /** Milliseconds after which the server takes whoever holds the locks for dead. */
  static final long SILENT_MS = 6_000;

  private static final long SHOW_MS = SILENT_MS / 4;

  private final Vertx vertx;
  private final Pool pool;
  private @Nullable Future<SqlConnection> session;

  /** PostgreSQL gives a session a lock that it has a second time; two followers here must not. */
  private final Set<Name> taken = new HashSet<>();

  private record Name(String follower, int shard) {}

  /**
   * @param options the server; the session is opened on first use and again after it was lost
   */
  public PgShardLocks(Vertx vertx, PgConnectOptions options) {
    this.vertx = vertx;
    Map<String, String> properties = new HashMap<>(options.getProperties());
    properties.put("application_name", "allocation-locks");
    properties.put("idle_session_timeout", String.valueOf(SILENT_MS));
    this.pool =
        PgBuilder.pool()
            .using(vertx)
            .connectingTo(new PgConnectOptions(options).setProperties(properties))
            .with(
                new PoolOptions()
                    .setMaxSize(1)
                    .setConnectionTimeout(Math.toIntExact(SILENT_MS))
                    .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
            .with(
                new NetClientOptions()
                    .setTcpKeepAlive(true)
                    .setConnectTimeout(Math.toIntExact(SILENT_MS))
                    .setReadIdleTimeout(Math.toIntExact(SILENT_MS))
                    .setIdleTimeoutUnit(TimeUnit.MILLISECONDS))
            .build();
  }

  @Override
  public Future<Optional<Held>> tryLock(String follower, int shard) {
    Name name = new Name(follower, shard);
    return session().compose(connection -> tryLock(connection, name));
  }

  private Future<Optional<Held>> tryLock(SqlConnection connection, Name name) {
    if (!taken.add(name)) {
      return Future.succeededFuture(Optional.empty());
    }
    return connection
        .preparedQuery(TRY)
        .execute(Tuple.of(name.follower(), name.shard()))
        .map(rows -> rows.iterator().next().getBoolean(0))
        .<Optional<Held>>map(
            locked -> locked ? Optional.of(new Lock(connection, name)) : Optional.empty())
        .onComplete(tried -> {
          if (isOpen(connection) && (tried.failed() || tried.result().isEmpty())) {
            taken.remove(name);
          }
        });
  }

  /** Ends the session, and with it every lock. */
  public Future<Void> close() {
    session = null;
    taken.clear();
    return TimeLimit.of(vertx, SILENT_MS, pool.close());
  }

  private Future<SqlConnection> session() {
    Future<SqlConnection> open = session;
    if (open == null) {
      Future<SqlConnection> opening = pool.getConnection();
      session = opening;
      opening
          .onSuccess(connection -> {
            long showing = vertx.setPeriodic(SHOW_MS, tick -> show(connection));
            connection.closeHandler(closed -> {
              vertx.cancelTimer(showing);
              forget(opening);
            });
          })
          .onFailure(cause -> forget(opening));
      open = opening;
    }
    return open;
  }

  private static void show(SqlConnection connection) {
    connection
        .query(STILL_HERE)
        .execute()
        .onFailure(cause -> LOG.warn("the session of the locks does not answer", cause));
  }

  private void forget(Future<SqlConnection> ended) {
    if (ended.equals(session)) {
      session = null;
      taken.clear();
    }
  }

  private boolean isOpen(SqlConnection connection) {
    Future<SqlConnection> open = session;
    return open != null && open.succeeded() && open.result().equals(connection);
  }

  private final class Lock implements Held {
    private final SqlConnection connection;
    private final Name name;
    private boolean released;

    Lock(SqlConnection connection, Name name) {
      this.connection = connection;
      this.name = name;
    }

    @Override
    public boolean isHeld() {
      return !released && isOpen(connection);
    }

    @Override
    public Future<Void> release() {
      if (!isHeld()) {
        return Future.succeededFuture();
      }
      released = true;
      return connection
          .preparedQuery(RELEASE)
          .execute(Tuple.of(name.follower(), name.shard()))
          .onSuccess(unlocked -> {
            if (isOpen(connection)) {
              taken.remove(name);
            }
          })
          .mapEmpty();
    }
  }
}
