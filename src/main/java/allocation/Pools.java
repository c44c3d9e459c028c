package allocation;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.util.concurrent.TimeUnit;

/** How pools to PostgreSQL are made: bounded in size, in waiting, and in patience. */
final class Pools {
  private static final int MOST_WAITING = 10_000;

  private Pools() {}

  /**
   * Makes a pool; it connects when it is used.
   *
   * @param replyTimeoutMs milliseconds that a caller waits for its answer at most
   */
  static Pool open(Vertx vertx, Config.Postgres database, String name, long replyTimeoutMs) {
    int connectMs = (int) (replyTimeoutMs * 4 / 10);
    return PgBuilder.pool()
        .with(
            new PoolOptions()
                .setName(name)
                .setMaxSize(database.poolSize())
                .setMaxWaitQueueSize(MOST_WAITING)
                .setConnectionTimeout(connectMs)
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
        .with(
            new NetClientOptions()
                .setConnectTimeout(connectMs)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                // A server that is silent this long (seconds) is gone: the connection is given up.
                .setIdleTimeout((int) Math.max(30, replyTimeoutMs / 500)))
        .connectingTo(database.server())
        .using(vertx)
        .build();
  }
}
