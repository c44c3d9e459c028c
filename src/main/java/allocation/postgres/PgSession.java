package allocation.postgres;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The sessions of the write side: none waits or works for longer than its caller does, and every
 * statement goes by an index.
 */
public final class PgSession {
  private static final int IDLE_S = 60;
  private static final int SILENT_S = 90;

  /** Most callers that wait for a session; one more fails at once. */
  static final int MAX_WAITING = 1_000;

  private PgSession() {}

  /**
   * Makes the pool of a {@link PgLedger} with the same {@code limitMs}.
   *
   * @param connections most sessions
   */
  public static Pool pool(Vertx vertx, PgConnectOptions server, int connections, long limitMs) {
    return PgBuilder.pool()
        .using(vertx)
        .connectingTo(options(server, limitMs))
        .with(
            new PoolOptions()
                .setMaxSize(connections)
                .setMaxWaitQueueSize(MAX_WAITING)
                .setConnectionTimeout(Math.toIntExact(limitMs))
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(IDLE_S)
                .setIdleTimeoutUnit(TimeUnit.SECONDS))
        // An idle session is gone before that: it ends one whose answer got lost on the way.
        .with(
            new NetClientOptions()
                .setTcpKeepAlive(true)
                .setConnectTimeout(Math.toIntExact(limitMs))
                .setReadIdleTimeout(SILENT_S)
                .setIdleTimeoutUnit(TimeUnit.SECONDS))
        .build();
  }

  /** The server's options with what these sessions need. */
  static PgConnectOptions options(PgConnectOptions server, long limitMs) {
    Map<String, String> properties = new HashMap<>(server.getProperties());
    properties.put("application_name", "allocation");
    // Said, not left to the server's settings: each statement after a lock must see what is new.
    properties.put("default_transaction_isolation", "read committed");
    // Below the limit of a call, so that the server's word arrives before the caller gives up.
    properties.put("lock_timeout", String.valueOf(limitMs / 2));
    properties.put("statement_timeout", String.valueOf(limitMs * 3 / 4));
    properties.put("idle_in_transaction_session_timeout", String.valueOf(limitMs * 3 / 4));
    // A plan is kept for as long as its session: one that was made while a table was small must
    // not read the whole of it when it is large.
    properties.put("enable_seqscan", "off");
    properties.put("enable_hashjoin", "off");
    properties.put("enable_mergejoin", "off");
    // Nor may it begin at the wrong end: joins go in the order in which they are written.
    properties.put("join_collapse_limit", "1");
    properties.put("jit", "off");
    return new PgConnectOptions(server)
        .setProperties(properties)
        .setCachePreparedStatements(true)
        .setPipeliningLimit(64);
  }
}
