package allocation.postgres;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.decide;
import static allocation.handler.Units.message;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.LoggedEvent;
import allocation.handler.BehindContract;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Unsettled;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.UnitOfWork;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units in one session, by the only one of a pool: whoever does not give it back is found out. */
final class PgBehindIT extends BehindContract {
  private static final long LIMIT_MS = 8_000;

  private static Vertx vertx;
  private static TestDatabase database;
  private static Pool pool;
  private static PgLedger ledger;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("behind");
    pool = PgSession.pool(vertx, "allocation", database.options(), 1, LIMIT_MS);
    ledger = new PgLedger(pool, SHARDS, LIMIT_MS);
  }

  @AfterAll
  static void stop() {
    database.close();
    result(vertx.close());
  }

  @BeforeEach
  @Override
  protected void stock() {
    database.empty();
    super.stock();
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
  protected <T> T inOneTurn(Supplier<T> sending) {
    Promise<T> sent = Promise.promise();
    vertx.runOnContext(turn -> sent.handle(Future.succeededFuture().map(now -> sending.get())));
    return result(sent.future());
  }

  /** Guard: a session that has written nothing yet has no name of a unit to compare with. */
  @Test
  void it_falls_with_the_first_unit_of_a_new_session_too() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(now(), List.of(message(TABLE, take("o2", TABLE))));
    under(message(CHAIR, take("theirs", CHAIR)));
    database.kill("application_name = 'allocation'");
    until("there is a new one", () -> result(session().map(true).otherwise(false)));

    assertThat(sent(first, second))
        .allSatisfy(answer -> assertThat(failure(answer)).isInstanceOf(LostRace.class));

    assertThat(events(9)).hasSize(1);
  }

  private static Future<?> session() {
    return pool.query("SELECT 1").execute();
  }

  @Test
  void what_has_its_answer_has_nothing_sent_behind_it_any_more() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(now(), List.of(message(TABLE, take("o2", TABLE))));
    result(ledger.commit(first.effects()));

    assertThat(failure(ledger.commitBehind(first.effects().unitId(), second.effects())))
        .isInstanceOf(LostRace.class);

    assertThat(events(9)).hasSize(1);
    assertThat(events(3)).hasSize(2);
  }

  @Test
  void both_are_unsettled_when_their_session_dies_and_the_log_tells() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(now(), List.of(message(TABLE, take("o2", TABLE))));
    database.run("BEGIN; SELECT lock_shards('{3}', '{1}')");
    List<Future<Void>> answers = sent(first, second);
    until("the first waits", () -> database.waiting() == 1);

    database.kill("wait_event_type = 'Lock'");

    assertThat(answers)
        .allSatisfy(answer -> assertThat(failure(answer)).isInstanceOf(Unsettled.class));
    database.run("COMMIT");
    assertThat(settled(first.effects())).isFalse();
    assertThat(settled(second.effects())).isFalse();
    assertThat(events(9)).hasSize(1);
  }

  private static boolean settled(Effects unit) {
    return result(ledger.wasCommitted(unit));
  }
}
