package allocation.postgres;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.decide;
import static allocation.handler.Units.load;
import static allocation.handler.Units.message;
import static allocation.handler.Units.sku;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.given.TcpProxy;
import allocation.given.TcpProxy.Harm;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import allocation.handler.Effects;
import allocation.handler.Loaded;
import allocation.handler.UnitOfWork;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a ledger says when its sessions die, hang or are not to be had; and that it is true. */
final class PgLedgerFailuresIT {
  private static final long LIMIT_MS = 3_200;
  private static final Sku CHAIR = sku(3, 0);

  /** With the zero that ends it on the wire: READ COMMITTED is said before. */
  private static final String COMMIT = "COMMIT\0";

  private static Vertx vertx;
  private static TestDatabase database;

  private TcpProxy proxy;
  private Pool pool;
  private PgLedger ledger;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("ledger_failures");
  }

  @AfterAll
  static void stop() {
    database.close();
    result(vertx.close());
  }

  @BeforeEach
  void open() {
    database.empty();
    PgConnectOptions options = database.options();
    proxy = new TcpProxy(vertx, options.getHost(), options.getPort());
    pool =
        PgSession.pool(
            vertx, "allocation", options.setHost("127.0.0.1").setPort(proxy.port()), 2, LIMIT_MS);
    ledger = new PgLedger(pool, SHARDS, LIMIT_MS);
    // The session knows the statements: a unit goes out as it does in service.
    // The first connection of all may take longer than a call may.
    CommandMessage first = create("warm-up");
    until(
        "it is warm",
        () -> result(load(ledger, wanted(List.of(first))).map(true).otherwise(false)));
    create(first);
    result(ledger.commit(newLine("o-warm-up")));
  }

  private void create(CommandMessage batch) {
    result(ledger.commitLocked(wanted(List.of(batch)), loaded -> decide(loaded, List.of(batch))));
  }

  @AfterEach
  void close() {
    proxy.close();
    database.kill("true");
    until("no session is left", () -> sessions() == 0);
  }

  @ParameterizedTest
  @CsvSource({"NO_REPLY, true", "CUT_BEFORE, false"})
  void new_lines_whose_one_statement_is_not_answered_are_unsettled(Harm harm, boolean committed) {
    Effects unit = newLine("o-harmed");
    proxy.harm("o-harmed", harm);

    assertThat(failure(ledger.commit(unit))).isInstanceOf(Unsettled.class);

    result(proxy.sprung());
    assertThat(settled(unit)).isEqualTo(committed);
    assertThat(lines("o-harmed")).isEqualTo(committed ? 1 : 0);
  }

  /** Guard: settled_unit, which commit_lines looks at. Without it the line is there after all. */
  @Test
  void new_lines_that_hang_in_the_network_stay_uncommitted_once_that_was_said() {
    Effects unit = newLine("o-late");
    proxy.harm("o-late", Harm.DELAY);
    assertThat(failure(ledger.commit(unit))).isInstanceOf(Unsettled.class);

    assertThat(settled(unit)).isFalse();
    proxy.letGo();

    until("the old session is gone", () -> sessions() == 1);
    assertThat(settled(unit)).isFalse();
    assertThat(lines("o-late")).isZero();
  }

  private Effects newLine(String order) {
    Effects unit = decided(message(CHAIR, new Allocate(new OrderId(order), CHAIR, 1)));
    assertThat(unit.isNewLinesOnly()).isTrue();
    return unit;
  }

  private static long lines(String order) {
    return database.number("SELECT count(*) FROM order_line WHERE order_id = '" + order + "'");
  }

  @ParameterizedTest
  @CsvSource({"CUT_AFTER, true", "CUT_BEFORE, false", "NO_REPLY, true"})
  void a_locked_commit_whose_reply_is_lost_is_unsettled_too(Harm harm, boolean committed) {
    CommandMessage command = create("b1");
    proxy.harm(COMMIT, harm);

    Throwable cause =
        failure(
            ledger.commitLocked(
                wanted(List.of(command)), loaded -> decide(loaded, List.of(command))));

    assertThat(cause).isInstanceOf(Unsettled.class);
    assertThat(settled(((Unsettled) cause).effects())).isEqualTo(committed);
    assertThat(isThere("b1")).isEqualTo(committed);
  }

  /** Asks until there is an answer, as the handler does: a dead session may be met first. */
  private boolean settled(Effects unit) {
    return result(asked(unit, 10));
  }

  private Future<Boolean> asked(Effects unit, int times) {
    return ledger
        .wasCommitted(unit)
        .recover(cause -> times == 0 ? Future.failedFuture(cause) : asked(unit, times - 1));
  }

  @Test
  void what_hangs_before_its_commit_is_given_up_for_good() {
    CommandMessage command = create("b1");
    proxy.harm("BEGIN", Harm.DELAY);

    assertThat(
            failure(
                ledger.commitLocked(
                    wanted(List.of(command)), loaded -> decide(loaded, List.of(command)))))
        .isInstanceOf(Unavailable.class);
    proxy.letGo();

    until("the old session is gone", () -> sessions() == 0);
    assertThat(isThere("b1")).isFalse();
  }

  /** Guard: PgAttempt.givenUp. Without it the late decision is made and committed. */
  @Test
  void nothing_is_decided_after_the_caller_was_told_no() {
    database.run("BEGIN; SELECT lock_shards('{3}', '{2}')");
    CommandMessage command = create("b1");
    AtomicBoolean decided = new AtomicBoolean();
    Pool patient = PgSession.pool(vertx, "allocation", database.options(), 1, 60_000);
    PgLedger impatient = new PgLedger(patient, SHARDS, 300);

    Future<?> committed =
        impatient.commitLocked(
            wanted(List.of(command)),
            loaded -> {
              decided.set(true);
              return decide(loaded, List.of(command));
            });
    assertThat(failure(committed)).isInstanceOf(Unavailable.class);
    database.run("COMMIT");

    // The only session comes back once the late one has let go of it.
    SqlConnection session = result(patient.getConnection());
    result(session.close());
    result(patient.close());
    assertThat(decided).isFalse();
    assertThat(isThere("b1")).isFalse();
  }

  @Test
  void one_more_than_may_wait_for_a_session_is_refused_at_once() {
    Pool patient = PgSession.pool(vertx, "allocation", database.options(), 1, 60_000);
    SqlConnection only = result(patient.getConnection());
    List<Future<SqlConnection>> waiting =
        IntStream.range(0, PgSession.MAX_WAITING).mapToObj(n -> patient.getConnection()).toList();

    assertThat(failure(patient.getConnection())).hasMessageContaining("wait queue");
    assertThat(waiting).noneMatch(Future::isComplete);

    only.close();
    waiting.forEach(one -> result(one).close());
    result(patient.close());
  }

  @Test
  void a_session_that_dies_before_its_commit_has_written_nothing() {
    CommandMessage command = create("b1");
    database.run("BEGIN; SELECT lock_shards('{3}', '{2}')");
    Future<UnitOfWork> commit =
        ledger.commitLocked(wanted(List.of(command)), loaded -> decide(loaded, List.of(command)));
    until("it waits", () -> database.waiting() == 1);

    database.kill("wait_event_type = 'Lock'");

    assertThat(failure(commit)).isInstanceOf(Unavailable.class);
    database.run("COMMIT");
    assertThat(isThere("b1")).isFalse();
  }

  @Test
  void a_session_that_dies_with_all_it_was_sent_is_unsettled_and_the_log_tells() {
    Effects unit = newLine("o1");
    database.run("BEGIN; SELECT lock_shards('{3}', '{2}')");
    Future<Void> commit = ledger.commit(unit);
    until("it waits", () -> database.waiting() == 1);

    database.kill("wait_event_type = 'Lock'");

    assertThat(failure(commit)).isInstanceOf(Unsettled.class);
    database.run("COMMIT");
    assertThat(settled(unit)).isFalse();
    assertThat(lines("o1")).isZero();
  }

  @Test
  void a_session_that_dies_in_its_commit_is_unsettled() {
    database.run(
        """
        CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON batch
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_test();
        SELECT pg_advisory_lock(4711);
        """);
    try {
      CommandMessage command = create("b1");
      Future<UnitOfWork> commit =
          ledger.commitLocked(wanted(List.of(command)), loaded -> decide(loaded, List.of(command)));
      until("it commits", () -> database.waiting() == 1);
      assertThat(
              database.texts("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
          .containsExactly("COMMIT");

      database.kill("wait_event_type = 'Lock'");

      Throwable cause = failure(commit);
      assertThat(cause).isInstanceOf(Unsettled.class);
      assertThat(settled(((Unsettled) cause).effects())).isFalse();
    } finally {
      database.run(
          """
          SELECT pg_advisory_unlock(4711);
          DROP TRIGGER slow_commit ON batch;
          DROP FUNCTION wait_for_test;
          """);
    }
  }

  /** Guard: PgAttempt.leave rolls back. Without it the next unit meets an aborted transaction. */
  @Test
  void a_lock_that_is_not_to_be_had_is_unavailable_and_its_session_can_be_used_again() {
    Effects unit = newLine("o1");
    database.run("BEGIN; SELECT lock_shards('{3}', '{2}')");

    assertThat(failure(ledger.commit(unit))).isInstanceOf(Unavailable.class);
    assertThat(failure(ledger.wasCommitted(unit))).isInstanceOf(Unavailable.class);
    database.run("COMMIT");

    for (int i = 0; i < 4; i++) {
      assertThat(settled(unit)).isFalse();
    }
    assertThat(failure(ledger.commit(unit))).isInstanceOf(LostRace.class);
    result(ledger.commit(newLine("o1")));
    assertThat(lines("o1")).isEqualTo(1);
  }

  @Test
  void a_pool_without_a_free_session_is_unavailable() {
    Effects unit = newLine("o1");
    SqlConnection one = result(pool.getConnection());
    SqlConnection other = result(pool.getConnection());

    assertThat(failure(ledger.commit(unit))).isInstanceOf(Unavailable.class);
    assertThat(failure(ledger.ownerOf(new BatchRef("b1")))).isInstanceOf(Unavailable.class);
    result(one.close());
    result(other.close());

    result(ledger.commit(unit));
    assertThat(lines("o1")).isEqualTo(1);
  }

  @Test
  void a_server_that_is_away_is_unavailable() {
    Effects unit = newLine("o1");
    PgConnectOptions nowhere = database.options().setHost("127.0.0.1").setPort(1);
    PgLedger alone =
        new PgLedger(PgSession.pool(vertx, "allocation", nowhere, 1, LIMIT_MS), SHARDS, LIMIT_MS);

    assertThat(failure(load(alone, wanted(List.of(create("b1")))))).isInstanceOf(Unavailable.class);
    assertThat(failure(alone.commit(unit))).isInstanceOf(Unavailable.class);
    assertThat(failure(alone.wasCommitted(unit))).isInstanceOf(Unavailable.class);
  }

  @Test
  void the_time_outs_of_a_session_are_below_the_limit_of_a_call() {
    assertThat(setting("lock_timeout")).isEqualTo("1600ms");
    assertThat(setting("statement_timeout")).isEqualTo("2400ms");
    assertThat(setting("idle_in_transaction_session_timeout")).isEqualTo("2400ms");
    assertThat(setting("application_name")).isEqualTo("allocation");
    assertThat(setting("default_transaction_isolation")).isEqualTo("read committed");
  }

  private String setting(String name) {
    return result(pool.query("SHOW " + name).execute()).iterator().next().getString(0);
  }

  private static CommandMessage create(String ref) {
    return message(CHAIR, new CreateBatch(new BatchRef(ref), CHAIR, 10, Arrival.inStock()));
  }

  private Effects decided(CommandMessage command) {
    Loaded loaded = result(load(ledger, wanted(List.of(command))));
    return decide(loaded, List.of(command)).effects();
  }

  private static boolean isThere(String ref) {
    return database.number("SELECT count(*) FROM batch WHERE ref = '" + ref + "'") == 1
        && database.number("SELECT count(*) FROM event WHERE data LIKE '%\"" + ref + "\"%'") == 1;
  }

  private static long sessions() {
    return database.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND application_name = 'allocation'");
  }
}
