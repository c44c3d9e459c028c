package allocation.postgres;

import allocation.bus.Shards;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import allocation.handler.CommitFailure;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.CommitFailure.Unsettled;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.Loaded;
import allocation.handler.StoredAnswer;
import allocation.handler.UnitOfWork;
import allocation.handler.Wanted;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The write side in PostgreSQL. A unit of work goes out in one piece, COMMIT included: the server
 * compares the positions and counts the rows, so nothing has to come back in between.
 */
public final class PgLedger implements Ledger {
  private static final String BEGIN = "BEGIN";
  private static final String BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  private static final String COMMIT = "COMMIT";
  private static final String ROLLBACK = "ROLLBACK";

  private static final String LOCK_SHARDS = "SELECT lock_shards($1, $2)";

  /** Waits for a session that still holds them; what it left is final then. */
  private static final String WAIT_FOR_SHARDS =
      "SELECT shard FROM shard WHERE shard = ANY ($1) ORDER BY shard FOR UPDATE";

  private static final String EVENT_OF_UNIT =
      "SELECT FROM event WHERE shard = $1 AND position = $2 AND unit_id = $3";

  private static final String ANSWER_OF_UNIT =
      "SELECT FROM command_answer WHERE shard = $1 AND scope = $2 AND id = $3 AND unit_id = $4";

  private static final String OWNER = "SELECT sku FROM batch_ref WHERE ref = $1";

  private final Pool pool;
  private final Shards shards;
  private final LedgerReads reads;
  private final LedgerWrites writes;
  private final long limitMs;

  /**
   * Makes a ledger over a pool that it shares with nobody but its like.
   *
   * @param limitMs milliseconds that one call may take before its connection is given up; above the
   *     session's own time-outs, for a network that is silent
   */
  public PgLedger(Pool pool, Shards shards, long limitMs) {
    this.pool = pool;
    this.shards = shards;
    this.reads = new LedgerReads(shards);
    this.writes = new LedgerWrites(shards);
    this.limitMs = limitMs;
  }

  @Override
  public Future<Loaded> load(Wanted wanted) {
    return onConnection(
        connection -> {
          Future<?> begun = connection.query(BEGIN_SNAPSHOT).execute();
          Future<Loaded> loaded = reads.load(connection, wanted, LedgerReads.POSITIONS);
          Future<?> ended = connection.query(COMMIT).execute();
          return Future.join(begun, loaded, ended).transform(all -> firstOf(loaded, begun, ended));
        },
        Unavailable::new);
  }

  @Override
  public Future<Void> commit(Effects effects) {
    return onConnection(
        connection -> {
          List<Future<?>> sent = new ArrayList<>();
          sent.add(connection.query(BEGIN).execute());
          sent.add(
              connection
                  .preparedQuery(LOCK_SHARDS)
                  .execute(
                      Columns.row(
                          effects.shards().keySet().toArray(Integer[]::new),
                          effects.shards().values().stream()
                              .map(Effects.Move::from)
                              .toArray(Long[]::new))));
          sent.addAll(writes.write(connection, effects));
          sent.add(connection.query(COMMIT).execute());
          return allOf(sent);
        },
        cause -> commitFailure(effects, cause));
  }

  @Override
  public Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide) {
    AtomicReference<Effects> sent = new AtomicReference<>();
    return onConnection(
        connection -> {
          Future<?> begun = connection.query(BEGIN).execute();
          Future<Loaded> loaded = reads.load(connection, wanted, LedgerReads.POSITIONS_LOCKED);
          return Future.join(begun, loaded)
              .transform(all -> firstOf(loaded, begun))
              .map(decide)
              .recover(cause -> rollback(connection, cause))
              .compose(unit -> writeDecided(connection, unit, sent).map(unit));
        },
        cause -> {
          Effects effects = sent.get();
          return effects == null ? beforeCommit(cause) : commitFailure(effects, cause);
        });
  }

  private Future<Void> writeDecided(
      SqlConnection connection, UnitOfWork unit, AtomicReference<Effects> sent) {
    Effects effects = unit.effects();
    List<Future<?>> all = new ArrayList<>();
    if (!effects.isEmpty()) {
      sent.set(effects);
      all.addAll(writes.write(connection, effects));
    }
    all.add(connection.query(COMMIT).execute());
    return allOf(all);
  }

  private static <T> Future<T> rollback(SqlConnection connection, Throwable cause) {
    return connection.query(ROLLBACK).execute().transform(done -> Future.failedFuture(cause));
  }

  @Override
  public Future<Boolean> wasCommitted(Effects effects) {
    return onConnection(
        connection ->
            connection
                .query(BEGIN)
                .execute()
                .compose(begun ->
                    connection
                        .preparedQuery(WAIT_FOR_SHARDS)
                        .execute(
                            Columns.row(
                                (Object) effects.shards().keySet().toArray(Integer[]::new))))
                .compose(free -> isThere(connection, effects))
                .compose(there -> connection.query(COMMIT).execute().map(there)),
        Unavailable::new);
  }

  /** One row of the unit tells: it is there with all the others or not at all. */
  private Future<Boolean> isThere(SqlConnection connection, Effects effects) {
    if (!effects.events().isEmpty()) {
      LoggedEvent event = effects.events().getFirst();
      return connection
          .preparedQuery(EVENT_OF_UNIT)
          .execute(Columns.row(event.shard(), event.position(), effects.unitId()))
          .map(rows -> rows.size() == 1);
    }
    StoredAnswer answer = effects.answers().getFirst();
    return connection
        .preparedQuery(ANSWER_OF_UNIT)
        .execute(
            Columns.row(
                shards.of(answer.sku()), answer.key().scope(), answer.key().id(), effects.unitId()))
        .map(rows -> rows.size() == 1);
  }

  @Override
  public Future<Optional<Sku>> ownerOf(BatchRef ref) {
    return onConnection(
        connection ->
            connection
                .preparedQuery(OWNER)
                .execute(Columns.row(ref.value()))
                .map(rows ->
                    rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(new Sku(rows.iterator().next().getString(0)))),
        Unavailable::new);
  }

  private <T> Future<T> onConnection(
      Function<SqlConnection, Future<T>> work, Function<Throwable, RuntimeException> translate) {
    return pool.getConnection()
        .recover(cause -> Future.failedFuture(new Unavailable(cause)))
        .compose(connection ->
            Future.succeededFuture(connection)
                .compose(work)
                // Only when nothing is in flight any more: the next one must not inherit it.
                .onComplete(ended -> connection.close())
                .timeout(limitMs, TimeUnit.MILLISECONDS))
        .recover(cause -> Future.failedFuture(translated(cause, translate)));
  }

  private static Throwable translated(
      Throwable cause, Function<Throwable, RuntimeException> translate) {
    return cause instanceof CommitFailure || cause instanceof IllegalStateException
        ? cause
        : translate.apply(cause);
  }

  private static RuntimeException beforeCommit(Throwable cause) {
    if (SqlState.isLostRace(cause)) {
      return new LostRace(cause);
    }
    return SqlState.isAnswer(cause) && !SqlState.isPassing(cause)
        ? new Rejected(cause)
        : new Unavailable(cause);
  }

  /** What a failure of a transaction means whose COMMIT was sent. */
  private static RuntimeException commitFailure(Effects effects, Throwable cause) {
    if (SqlState.isLostRace(cause)) {
      return new LostRace(cause);
    }
    if (!SqlState.isAnswer(cause)) {
      return new Unsettled(effects, cause);
    }
    return SqlState.isPassing(cause) ? new Unavailable(cause) : new Rejected(cause);
  }

  /** The first failure that is not the mere consequence of another. */
  private static Future<Void> allOf(List<Future<?>> sent) {
    return Future.join(sent)
        .<Void>mapEmpty()
        .recover(any ->
            Future.failedFuture(
                sent.stream()
                    .filter(Future::failed)
                    .map(Future::cause)
                    .filter(cause -> !SqlState.isConsequence(cause))
                    .findFirst()
                    .orElse(any)));
  }

  private static <T> Future<T> firstOf(Future<T> wanted, Future<?>... others) {
    for (Future<?> other : others) {
      if (other.failed() && !SqlState.isConsequence(other.cause())) {
        return Future.failedFuture(other.cause());
      }
    }
    return wanted;
  }
}
