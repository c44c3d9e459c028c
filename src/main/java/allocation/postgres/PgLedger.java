package allocation.postgres;

import allocation.bus.CommandKey;
import allocation.bus.Shards;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.Loaded;
import allocation.handler.UnitOfWork;
import allocation.handler.Wanted;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The write side in PostgreSQL. A unit that was decided from memory is one statement; one that has
 * to look first takes two round trips: the locks with what is loaded under them, then all the rest
 * with COMMIT.
 */
public final class PgLedger implements Ledger {
  private static final String BEGIN = "BEGIN";

  /** Waits for a session that still holds them; what it left is final then. */
  private static final String WAIT_FOR_SHARDS =
      "SELECT shard FROM shard WHERE shard = ANY ($1) ORDER BY shard FOR UPDATE";

  private static final String EVENT_OF_UNIT =
      """
      SELECT 1 FROM (SELECT unit_id FROM event_run WHERE shard = $1 AND last_position >= $2
                     ORDER BY last_position LIMIT 1) AS run
      WHERE unit_id = $3
      """;

  private static final String ANSWER_OF_UNIT =
      "SELECT 1 FROM command_answer WHERE scope = $1 AND id = $2 AND unit_id = $3";

  /** What was not committed never will be: see commit_lines. */
  private static final String SETTLE =
      "INSERT INTO settled_unit (unit_id) VALUES ($1) ON CONFLICT DO NOTHING";

  /** No session lives for a day with a unit that it was sent. */
  private static final String FORGET_SETTLED =
      "DELETE FROM settled_unit WHERE at < now() - interval '1 day'";

  private static final String OWNER = "SELECT sku FROM batch_ref WHERE ref = $1";

  private final Pool pool;
  private final LedgerReads reads;
  private final LedgerWrites writes;
  private final long limitMs;

  /** By unit that is sent and has no answer. */
  private final Map<String, SharedSession> unanswered = new ConcurrentHashMap<>();

  /**
   * Makes a ledger over a pool that it may share.
   *
   * @param pool as {@link PgSession#pool} makes it
   * @param limitMs milliseconds that one call may wait for a session, and again for the server;
   *     above the session's own time-outs, for a network that is silent
   */
  public PgLedger(Pool pool, Shards shards, long limitMs) {
    this.pool = pool;
    this.reads = new LedgerReads(shards);
    this.writes = new LedgerWrites(shards);
    this.limitMs = limitMs;
  }

  @Override
  public Future<Void> commit(Effects effects) {
    requireNewLinesOnly(effects);
    return commit(new SharedSession(pool, limitMs), null, effects);
  }

  @Override
  public Future<Void> commitBehind(String unitId, Effects effects) {
    requireNewLinesOnly(effects);
    SharedSession session = unanswered.get(unitId);
    return session == null || !session.isInUse()
        ? Future.failedFuture(
            new LostRace(new IllegalStateException("nothing is known of unit " + unitId)))
        : commit(session, unitId, effects);
  }

  private static void requireNewLinesOnly(Effects effects) {
    if (!effects.isNewLinesOnly()) {
      throw new IllegalArgumentException("not only new lines: " + effects);
    }
  }

  private Future<Void> commit(SharedSession session, @Nullable String behind, Effects effects) {
    AtomicBoolean sent = new AtomicBoolean();
    unanswered.put(effects.unitId(), session);
    return session
        .<Void>send(sql -> {
          sent.set(true);
          return writes.commitLines(sql, behind, effects);
        })
        .onComplete(answer -> unanswered.remove(effects.unitId()))
        .recover(cause ->
            Future.failedFuture(sent.get() ? aroundCommit(effects, cause) : beforeCommit(cause)));
  }

  @Override
  public Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide) {
    AtomicReference<Effects> sent = new AtomicReference<>();
    return attempt(
        attempt ->
            attempt
                .begin(BEGIN, () -> reads.load(attempt.sql(), wanted))
                .map(decide)
                .compose(unit -> {
                  Effects effects = unit.effects();
                  if (effects.isEmpty()) {
                    return Future.succeededFuture(unit);
                  }
                  sent.set(effects);
                  return attempt.commit(writes.write(attempt.sql(), effects)).map(unit);
                }),
        cause -> {
          Effects effects = sent.get();
          return effects == null ? beforeCommit(cause) : aroundCommit(effects, cause);
        });
  }

  @Override
  public Future<Boolean> wasCommitted(Effects effects) {
    return attempt(
        attempt ->
            attempt
                .begin(
                    BEGIN,
                    () ->
                        attempt
                            .sql()
                            .preparedQuery(WAIT_FOR_SHARDS)
                            .execute(
                                Columns.row(
                                    (Object) effects.shards().keySet().toArray(Integer[]::new))))
                .compose(free -> isThere(attempt.sql(), effects))
                .compose(there ->
                    there
                        ? Future.succeededFuture(true)
                        : attempt.commit(settle(attempt.sql(), effects)).map(false)),
        PgLedger::beforeCommit);
  }

  private static List<Future<?>> settle(SqlConnection sql, Effects effects) {
    return List.of(
        sql.query(FORGET_SETTLED).execute(),
        sql.preparedQuery(SETTLE).execute(Columns.row(effects.unitId())));
  }

  /** One row of the unit tells: it is there with all the others or not at all. */
  private static Future<Boolean> isThere(SqlConnection sql, Effects effects) {
    if (!effects.events().isEmpty()) {
      LoggedEvent event = effects.events().getFirst();
      return sql.preparedQuery(EVENT_OF_UNIT)
          .execute(Columns.row(event.shard(), event.position(), effects.unitId()))
          .map(rows -> rows.size() == 1);
    }
    CommandKey answer = effects.answers().getFirst().key();
    return sql.preparedQuery(ANSWER_OF_UNIT)
        .execute(Columns.row(answer.scope(), answer.id(), effects.unitId()))
        .map(rows -> rows.size() == 1);
  }

  @Override
  public Future<Optional<Sku>> ownerOf(BatchRef ref) {
    return attempt(
        attempt ->
            attempt
                .sql()
                .preparedQuery(OWNER)
                .execute(Columns.row(ref.value()))
                .map(rows ->
                    rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(new Sku(rows.iterator().next().getString(0)))),
        PgLedger::beforeCommit);
  }

  private <T> Future<T> attempt(
      Function<PgAttempt, Future<T>> work, Function<Throwable, Throwable> meaning) {
    return PgAttempt.with(pool, limitMs, work)
        .recover(cause -> Future.failedFuture(meaning.apply(cause)));
  }

  /** What a failure means as long as no COMMIT was sent: nothing is written. */
  static Throwable beforeCommit(Throwable cause) {
    if (SqlState.isExistingLine(cause)) {
      return new LineExists(cause);
    }
    if (SqlState.isLostRace(cause)) {
      return new LostRace(cause);
    }
    if (SqlState.isAnswer(cause) && !SqlState.isPassing(cause)) {
      return new Rejected(cause);
    }
    // What is neither the client's nor the server's word is a mistake of ours in deciding.
    boolean ours = cause instanceof RuntimeException && !(cause instanceof VertxException);
    return ours ? cause : new Unavailable(cause);
  }

  /** What a failure of a transaction means whose COMMIT was sent. */
  private static Throwable aroundCommit(Effects effects, Throwable cause) {
    return SqlState.isAnswer(cause) ? beforeCommit(cause) : new Unsettled(effects, cause);
  }
}
