package allocation.postgres;

import static allocation.given.Waiting.result;
import static allocation.handler.Units.SHARDS;

import allocation.domain.LoggedEvent;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.LedgerContract;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Runs every statement of the ledger's reads and writes on a real server. */
final class PgLedgerIT extends LedgerContract {
  private static final long LIMIT_MS = 8_000;

  private static Vertx vertx;
  private static TestDatabase database;
  private static Pool pool;
  private static PgLedger ledger;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("ledger");
    pool = PgSession.pool(vertx, database.options(), 4, LIMIT_MS);
    ledger = new PgLedger(pool, SHARDS, LIMIT_MS);
  }

  @AfterAll
  static void stop() {
    database.close();
    result(vertx.close());
  }

  @BeforeEach
  void empty() {
    database.empty();
  }

  @Override
  protected Ledger ledger() {
    return ledger;
  }

  @Override
  protected List<LoggedEvent> events(int shard) {
    return result(new PgEventLog(pool).after(shard, 0, 10_000));
  }

  @Override
  protected int waiting() {
    return database.waiting();
  }

  @Override
  protected Writer hold(Effects effects) {
    SqlConnection session = result(pool.getConnection());
    result(session.query("BEGIN").execute());
    result(PgLedger.lock(session, effects));
    result(Future.all(new LedgerWrites(SHARDS).write(session, effects)));
    return new Writer() {
      @Override
      public void commit() {
        end("COMMIT");
      }

      @Override
      public void abort() {
        end("ROLLBACK");
      }

      private void end(String how) {
        result(session.query(how).execute());
        result(session.close());
      }
    };
  }
}
