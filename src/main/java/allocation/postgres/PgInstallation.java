package allocation.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.util.concurrent.TimeUnit;

/** The database as a whole: which one it is, and whether it answers. */
public final class PgInstallation {
  private static final String ID = "SELECT id FROM installation";
  private static final String PING = "SELECT 1";

  private final Pool pool;

  public PgInstallation(Pool pool) {
    this.pool = pool;
  }

  /** The id that was made with the database. */
  public Future<String> id() {
    return pool.preparedQuery(ID)
        .execute()
        .map(rows -> rows.iterator().next().getUUID(0).toString());
  }

  /** Completes when a query was answered within the limit (milliseconds). */
  public Future<Void> ping(long limitMs) {
    return pool.query(PING).execute().<Void>mapEmpty().timeout(limitMs, TimeUnit.MILLISECONDS);
  }
}
