package allocation.simulation;

import allocation.domain.BatchRef;
import allocation.domain.Sku;
import allocation.handler.CommitFailure;
import allocation.handler.CommitFailure.Unsettled;
import allocation.handler.Effects;
import allocation.handler.Ledger;
import allocation.handler.Loaded;
import allocation.handler.UnitOfWork;
import allocation.handler.Wanted;
import allocation.simulation.Faults.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** One node's way to the write side, and what may happen on it. */
final class SimulatedLedger implements Ledger {
  private static final int MOST_LATE_MS = 3_000;

  /** As {@code idle_in_transaction_session_timeout} and the like end a session that is silent. */
  private static final int MOST_HELD_MS = 1_000;

  private final Loop loop;
  private final World world;
  private final Database database;

  SimulatedLedger(Loop loop, Database database) {
    this.loop = loop;
    this.world = loop.world();
    this.database = database;
  }

  @Override
  public Future<Void> commit(Effects effects) {
    return commit(effects, () -> {}, () -> {});
  }

  @Override
  public Future<Void> commitBehind(String unitId, Effects effects) {
    return commit(effects, () -> database.requireWritten(unitId), () -> world.behind++);
  }

  private Future<Void> commit(Effects effects, Runnable first, Runnable then) {
    if (!effects.isNewLinesOnly()) {
      throw new IllegalArgumentException("not only new lines: " + effects);
    }
    return begun(answer -> {
      int life = database.life();
      Set<Integer> rows = effects.shards().keySet();
      sendCommit(
          effects,
          answer,
          () ->
              database.lock(
                  rows,
                  life,
                  () -> {
                    try {
                      first.run();
                      database.commit(effects);
                      world.foreseen++;
                      then.run();
                      reply(answer, Future.succeededFuture());
                    } catch (CommitFailure failure) {
                      reply(answer, Future.failedFuture(failure));
                    } finally {
                      database.unlock(rows, life);
                    }
                  },
                  () -> reply(answer, unsettled(effects, "the server is gone"))));
    });
  }

  @Override
  public Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide) {
    return begun(answer -> {
      int life = database.life();
      world.after(
          way(),
          () ->
              database.lock(
                  wanted.shards(),
                  life,
                  () -> {
                    Loaded loaded = database.state().load(wanted);
                    Session session = new Session(wanted.shards(), life);
                    if (loop.isDead() || world.faults.happens(Kind.SESSION_LOST)) {
                      session.endsLater();
                      reply(answer, Future.failedFuture(Database.unavailable("session lost")));
                      return;
                    }
                    loop.run(way(), () -> decided(session, loaded, decide, answer));
                    session.endsWithItsClient();
                  },
                  () -> reply(answer, Future.failedFuture(Database.unavailable("gone")))));
    });
  }

  private void decided(
      Session session,
      Loaded loaded,
      Function<Loaded, UnitOfWork> decide,
      Promise<UnitOfWork> answer) {
    UnitOfWork unit;
    try {
      unit = decide.apply(loaded);
    } catch (RuntimeException e) {
      world.after(way(), session::end);
      reply(answer, Future.failedFuture(e));
      return;
    }
    Effects effects = unit.effects();
    if (effects.isEmpty()) {
      world.after(way(), session::end);
      reply(answer, Future.succeededFuture(unit));
      return;
    }
    if (session.ended) {
      reply(answer, Future.failedFuture(Database.unavailable("the session ended")));
      return;
    }
    session.committing = true;
    boolean sent =
        sendCommit(
            effects,
            answer,
            () -> {
              if (session.isLost()) {
                reply(answer, unsettled(effects, "the server is gone"));
                return;
              }
              try {
                database.commit(effects);
                reply(answer, Future.succeededFuture(unit));
              } catch (CommitFailure failure) {
                reply(answer, Future.failedFuture(failure));
              } finally {
                session.end();
              }
            });
    if (!sent) {
      session.endsLater();
    }
  }

  /** Sends it, and does to it what may happen; false when it never arrives. */
  private boolean sendCommit(Effects effects, Promise<?> answer, Runnable arrives) {
    if (world.faults.happens(Kind.COMMIT_LOST)) {
      reply(answer, unsettled(effects, "reset"));
      return false;
    }
    if (world.faults.happens(Kind.COMMIT_REPLY_LOST)) {
      world.after(way(), arrives);
      // It comes before what the server says.
      answer.tryFail(unsettled(effects, "reset").cause());
      return true;
    }
    if (world.faults.happens(Kind.COMMIT_LATE)) {
      world.afterMs(world.between(1, MOST_LATE_MS), arrives);
      answer.tryFail(unsettled(effects, "timed out").cause());
      return true;
    }
    world.after(way(), arrives);
    return true;
  }

  /** The rows that a transaction has, until it ends. */
  private final class Session {
    private final Set<Integer> rows;
    private final int life;
    private boolean ended;
    private boolean committing;

    Session(Set<Integer> rows, int life) {
      this.rows = rows;
      this.life = life;
    }

    boolean isLost() {
      return ended || life != database.life();
    }

    void end() {
      if (!ended) {
        ended = true;
        database.unlock(rows, life);
      }
    }

    void endsLater() {
      world.afterMs(world.between(0, MOST_HELD_MS), this::end);
    }

    /** The server finds out that nobody is there any more. */
    void endsWithItsClient() {
      world.afterMs(
          MOST_HELD_MS,
          () -> {
            if (!committing) {
              end();
            }
          });
    }
  }

  @Override
  public Future<Boolean> wasCommitted(Effects effects) {
    return begun(answer -> {
      int life = database.life();
      Set<Integer> rows = effects.shards().keySet();
      world.after(
          way(),
          () ->
              database.lock(
                  rows,
                  life,
                  () -> {
                    boolean there = database.settle(effects);
                    database.unlock(rows, life);
                    reply(
                        answer,
                        world.faults.happens(Kind.SESSION_LOST)
                            ? Future.failedFuture(Database.unavailable("reply lost"))
                            : Future.succeededFuture(there));
                  },
                  () -> reply(answer, Future.failedFuture(Database.unavailable("gone")))));
    });
  }

  @Override
  public Future<Optional<Sku>> ownerOf(BatchRef ref) {
    return begun(answer ->
        world.after(
            way(),
            () ->
                reply(
                    answer,
                    database.isAway()
                        ? Future.failedFuture(Database.unavailable("gone"))
                        : Future.succeededFuture(database.state().ownerOf(ref)))));
  }

  private interface Begun<T> {
    void with(Promise<T> answer);
  }

  /** With a session, or not at all. */
  private <T> Future<T> begun(Begun<T> work) {
    return loop.home(answer -> {
      if (database.isAway() || world.faults.happens(Kind.CONNECTION_REFUSED)) {
        reply(answer, Future.failedFuture(Database.unavailable("refused")));
      } else {
        work.with(answer);
      }
    });
  }

  private <T> void reply(Promise<T> answer, Future<? extends T> with) {
    world.after(
        way(),
        () -> {
          if (with.succeeded()) {
            answer.tryComplete(with.result());
          } else {
            answer.tryFail(with.cause());
          }
        });
  }

  private static <T> Future<T> unsettled(Effects effects, String why) {
    return Future.failedFuture(
        new Unsettled(effects, new IllegalStateException("simulated: " + why)));
  }

  private long way() {
    return world.wayMicros()
        + (world.faults.happens(Kind.SLOW_DATABASE) ? world.between(1, 800) * 1_000L : 0);
  }
}
