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
 * The sessions of the write side and of the views: none waits or works for longer than its caller
 * does, and every statement goes by an index.
 */
public final class PgSession {

  /** Most callers that wait for a session; one more fails at once. */
  static final int MAX_WAITING = 1_000;

  private PgSession() {}

  /**
   * Makes a pool, for a {@link PgLedger} with the same {@code limitMs} and others.
   *
   * @param name what the server calls its sessions, in {@code pg_stat_activity} for example
   * @param connections most sessions
   */
  public static Pool pool(
      Vertx vertx, String name, PgConnectOptions server, int connections, long limitMs) {
    // No statement takes as long. An idle session is closed a little before it would be taken for
    // one whose server is silent: a network that swallows everything is found out in this time.
    int idleS = Math.toIntExact(TimeUnit.MILLISECONDS.toSeconds(limitMs)) + 1;
    int silentS = idleS + Math.max(3, idleS / 2);
    return PgBuilder.pool()
        .using(vertx)
        .connectingTo(options(name, server, limitMs))
        .with(
            new PoolOptions()
                .setMaxSize(connections)
                .setMaxWaitQueueSize(MAX_WAITING)
                .setConnectionTimeout(Math.toIntExact(limitMs))
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(idleS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS))
        .with(
            new NetClientOptions()
                .setTcpKeepAlive(true)
                .setConnectTimeout(Math.toIntExact(limitMs))
                .setReadIdleTimeout(silentS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS))
        .build();
  }

  /** The server's options with what these sessions need. */
  static PgConnectOptions options(String name, PgConnectOptions server, long limitMs) {
    Map<String, String> properties = new HashMap<>(server.getProperties());
    properties.put("application_name", name);
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
    // There is one way to each row, so a plan for the very values is the same again: making it for
    // each small unit costs a fifth of what the unit does.
    properties.put("plan_cache_mode", "force_generic_plan");
    return new PgConnectOptions(server)
        .setProperties(properties)
        .setCachePreparedStatements(true)
        .setPipeliningLimit(64);
  }
}
