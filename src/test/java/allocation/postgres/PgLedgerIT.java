package allocation.postgres;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.decide;
import static allocation.handler.Units.message;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.LedgerContract;
import allocation.handler.LineKey;
import allocation.handler.Loaded;
import allocation.handler.UnitOfWork;
import allocation.handler.Units;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
    pool = PgSession.pool(vertx, "allocation", database.options(), 4, LIMIT_MS);
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

  /**
   * Guard: the locks come first. Without them the line of the other unit may be seen, but not its
   * position.
   */
  @Test
  void nothing_is_written_between_the_locks_and_what_is_loaded_under_them() {
    commit(message(CHAIR, create("b1", CHAIR, 10)));
    CommandMessage mine = message(CHAIR, take("o1", CHAIR, 4));
    CommandMessage theirs = message(CHAIR, take("o2", CHAIR, 4));
    Effects other = decide(load(theirs), List.of(theirs)).effects();
    AtomicReference<Loaded> seen = new AtomicReference<>();
    // The reader stops at the lines, and another unit arrives meanwhile.
    database.run("BEGIN; LOCK TABLE order_line IN ACCESS EXCLUSIVE MODE");
    Future<UnitOfWork> committed =
        ledger.commitLocked(
            wanted(List.of(mine)),
            loaded -> {
              seen.set(loaded);
              return decide(loaded, List.of(mine));
            });
    until("it waits", () -> database.waiting() == 1);
    Future<Void> late = ledger.commit(other);
    until("the other waits too", () -> database.waiting() == 2);
    database.run("COMMIT");

    result(committed);
    assertThat(failure(late)).isInstanceOf(LostRace.class);
    assertThat(seen.get().positions()).isEqualTo(Map.of(3, 1L));
    assertThat(load(mine, theirs).lines()).containsOnlyKeys(new LineKey(new OrderId("o1"), CHAIR));
  }

  /** EXPLAIN does not look into commit_lines, so the server's own count of scans has to tell. */
  @Test
  void new_lines_are_written_without_reading_any_table_from_end_to_end() {
    try (TestDatabase counted = TestDatabase.create("scans")) {
      // One session, which says what it did when it is asked to.
      Pool alone = PgSession.pool(vertx, "allocation", counted.options(), 1, LIMIT_MS);
      PgLedger writer = new PgLedger(alone, SHARDS, LIMIT_MS);
      List<CommandMessage> create = List.of(message(CHAIR, create("b1", CHAIR, 10)));
      result(writer.commitLocked(wanted(create), loaded -> decide(loaded, create)));
      List<CommandMessage> take = List.of(message(CHAIR, take("o1", CHAIR, 1)));
      Effects unit = decide(result(Units.load(writer, wanted(take))), take).effects();
      report(alone);
      long scans = counts(counted, "seq_scan");
      long rows = counts(counted, "n_tup_ins");

      result(writer.commit(unit));

      report(alone);
      assertThat(unit.isNewLinesOnly()).isTrue();
      assertThat(counts(counted, "n_tup_ins")).isEqualTo(rows + 2);
      assertThat(counts(counted, "seq_scan")).isEqualTo(scans);
      result(alone.close());
    }
  }

  private static void report(Pool session) {
    result(session.query("SELECT pg_stat_force_next_flush()").execute());
    // Reported when the session has answered and waits for the next question.
    result(session.query("SELECT 1").execute());
  }

  private static long counts(TestDatabase database, String column) {
    return database.number(
        "SELECT sum("
            + column
            + ") FROM pg_stat_user_tables WHERE relname ~ '^(order_line|event_run)_'"
            + " OR relname IN ('batch', 'shard', 'settled_unit')");
  }

  /** Guard: FORGET_SETTLED. Whoever settles a unit sees to it, and nobody else does. */
  @Test
  void that_a_unit_was_settled_is_known_for_a_day_and_forgotten_when_the_next_is_settled() {
    database.run(
        """
        INSERT INTO settled_unit (unit_id, at)
        VALUES ('of yesterday', now() - interval '1 day 1 minute'),
               ('of today', now() - interval '1 day' + interval '1 minute')
        """);
    CommandMessage command = message(CHAIR, create("b1", CHAIR, 10));
    Effects never = decide(load(command), List.of(command)).effects();

    assertThat(result(ledger.wasCommitted(never))).isFalse();

    assertThat(database.texts("SELECT unit_id FROM settled_unit"))
        .containsExactlyInAnyOrder("of today", never.unitId());
  }

  @Test
  void the_log_tells_how_far_each_shard_is_and_gives_it_bit_by_bit() {
    commit(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, take("o1", CHAIR, 4)));
    commit(message(CHAIR, take("o2", CHAIR, 4)), message(TABLE, create("b2", TABLE, 10)));
    PgEventLog log = new PgEventLog(pool);

    assertThat(result(log.positions()))
        .hasSize(16)
        .containsEntry(3, 3L)
        .containsEntry(9, 1L)
        .containsEntry(0, 0L);
    assertThat(result(log.after(3, 1, 1))).isEqualTo(events(3).subList(1, 2));
    assertThat(result(log.after(3, 3, 10))).isEmpty();
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
  protected Future<Void> write(Effects effects) {
    return pool.withTransaction(session -> lockAndWrite(session, effects).map(written -> true))
        .<Void>mapEmpty()
        .recover(cause -> Future.failedFuture(PgLedger.beforeCommit(cause)));
  }

  private static Future<?> lockAndWrite(SqlConnection session, Effects effects) {
    return session
        .preparedQuery("SELECT lock_shards($1, $2, $3)")
        .execute(
            Columns.row(
                effects.shards().keySet().toArray(Integer[]::new),
                Columns.longs(effects.shards().values(), Effects.Move::from),
                effects.unitId()))
        .compose(locked -> Future.all(new LedgerWrites(SHARDS).write(session, effects)));
  }

  @Override
  protected Writer hold(Effects effects) {
    SqlConnection session = result(pool.getConnection());
    result(session.query("BEGIN").execute());
    result(lockAndWrite(session, effects));
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
