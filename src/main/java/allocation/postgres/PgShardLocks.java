package allocation.postgres;

import allocation.bus.TimeLimit;
import allocation.log.ShardLocks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Advisory locks of PostgreSQL, all on one session of their own: they end with it, so a killed or
 * cut-off service leaves none behind. Neither does one that is frozen or out of reach: the server
 * ends a session that does not show itself for {@link #SILENT_MS}. Nor does anybody wait for a
 * server that is: no call takes longer than twice that. Belongs to one event loop.
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
  private final PgConnectOptions options;
  private @Nullable Future<PgConnection> session;

  /** PostgreSQL gives a session a lock that it has a second time; two followers here must not. */
  private final Set<Name> taken = new HashSet<>();

  private record Name(String follower, int shard) {}

  /**
   * @param options the server; the session is opened on first use and again after it was lost
   */
  public PgShardLocks(Vertx vertx, PgConnectOptions options) {
    this.vertx = vertx;
    this.options = new PgConnectOptions(options);
    Map<String, String> properties = new HashMap<>(options.getProperties());
    properties.put("application_name", "allocation-locks");
    properties.put("idle_session_timeout", String.valueOf(SILENT_MS));
    this.options.setProperties(properties);
  }

  @Override
  public Future<Optional<Held>> tryLock(String follower, int shard) {
    Name name = new Name(follower, shard);
    return session().compose(connection -> tryLock(connection, name));
  }

  private Future<Optional<Held>> tryLock(PgConnection connection, Name name) {
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
    Future<PgConnection> open = session;
    session = null;
    taken.clear();
    return open == null
        ? Future.succeededFuture()
        : open.compose(PgConnection::close).otherwiseEmpty();
  }

  private Future<PgConnection> session() {
    Future<PgConnection> open = session;
    if (open == null) {
      Future<PgConnection> connecting = PgConnection.connect(vertx, options);
      Future<PgConnection> opening =
          TimeLimit.of(vertx, SILENT_MS, connecting)
              .onFailure(late -> connecting.onSuccess(PgConnection::close));
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

  /** A server that is silent is taken for dead after as long: what it was asked fails then. */
  private void show(PgConnection connection) {
    TimeLimit.of(vertx, SILENT_MS, connection.query(STILL_HERE).execute())
        .onFailure(cause -> {
          LOG.warn("the session of the locks does not answer", cause);
          connection.close();
        });
  }

  private void forget(Future<PgConnection> ended) {
    if (ended.equals(session)) {
      session = null;
      taken.clear();
    }
  }

  private boolean isOpen(PgConnection connection) {
    Future<PgConnection> open = session;
    return open != null && open.succeeded() && open.result().equals(connection);
  }

  private final class Lock implements Held {
    private final PgConnection connection;
    private final Name name;
    private boolean released;

    Lock(PgConnection connection, Name name) {
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
