package allocation.postgres;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.decide;
import static allocation.handler.Units.key;
import static allocation.handler.Units.message;
import static allocation.handler.Units.outcomes;
import static allocation.handler.Units.sku;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.SetClock;
import allocation.handler.UnitOfWork;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a command may be sent again: the very answers that are forgotten, and no others. */
final class StoredAnswersIT {
  private static final Duration KEPT = Duration.ofDays(2);

  /** The least by which two times of the server differ. */
  private static final Duration MOMENT = Duration.of(1, ChronoUnit.MICROS);

  private static final Sku CHAIR = sku(3, 0);
  private static final long LIMIT_MS = 8_000;

  private static Vertx vertx;
  private static TestDatabase database;
  private static Pool pool;
  private static PgLedger ledger;

  private final SetClock clock = new SetClock();
  private final StoredAnswers answers = new StoredAnswers(pool, clock, KEPT);

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("stored_answers");
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

  @Test
  void an_answer_is_kept_for_as_long_as_it_is_said_and_not_a_moment_longer() {
    Instant last = clock.instant().minus(KEPT);
    store("ancient", 1, last.minus(Duration.ofDays(400)));
    store("older", 1, last.minus(MOMENT));
    store("just so old", 1, last);
    store("younger", 1, last.plus(MOMENT));
    store("new", 1, clock.instant());
    store("of a node whose clock is ahead", 1, clock.instant().plus(KEPT));

    assertThat(result(answers.forgetOld())).isEqualTo(2);

    assertThat(kept())
        .containsExactlyInAnyOrder(
            "just so old-1", "younger-1", "new-1", "of a node whose clock is ahead-1");

    clock.advance(MOMENT);
    assertThat(result(answers.forgetOld())).isOne();

    assertThat(kept())
        .containsExactlyInAnyOrder("younger-1", "new-1", "of a node whose clock is ahead-1");
    assertThat(result(answers.forgetOld())).isZero();
  }

  /** Guard: what a statement deletes is bounded, and one bite is not all. */
  @Test
  void however_many_are_old_all_of_them_go_bite_by_bite() {
    int many = 2 * StoredAnswers.BITE_ROWS + 1;
    store("old", many, clock.instant().minus(KEPT).minus(MOMENT));
    store("young", 3, clock.instant().minus(KEPT));
    database.run(
        """
        CREATE TABLE bite (n int GENERATED ALWAYS AS IDENTITY, size int);
        CREATE FUNCTION note_bite() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO bite (size) SELECT count(*) FROM gone; RETURN NULL; END $$;
        CREATE TRIGGER bites AFTER DELETE ON command_answer REFERENCING OLD TABLE AS gone
          FOR EACH STATEMENT EXECUTE FUNCTION note_bite();
        """);
    try {
      assertThat(result(answers.forgetOld())).isEqualTo(many);

      assertThat(kept()).containsExactlyInAnyOrder("young-1", "young-2", "young-3");
      assertThat(database.texts("SELECT size FROM bite ORDER BY n"))
          .containsExactly("10000", "10000", "1");
    } finally {
      database.run(
          """
          DROP TRIGGER bites ON command_answer;
          DROP FUNCTION note_bite;
          DROP TABLE bite;
          """);
    }
  }

  @Test
  void a_command_whose_answer_is_kept_is_answered_with_it_and_another_is_decided_anew() {
    outcome(message(CHAIR, new CreateBatch(new BatchRef("b1"), CHAIR, 9, Arrival.inStock())));
    outcome(message(CHAIR, new Allocate(new OrderId("o1"), CHAIR, 4)));
    outcome(message(CHAIR, new Allocate(new OrderId("o2"), CHAIR, 5)));
    CommandMessage first = message(CHAIR, new Deallocate(new OrderId("o1"), CHAIR), key("first"));
    CommandMessage next = message(CHAIR, new Deallocate(new OrderId("o2"), CHAIR), key("next"));
    Answer one = new Answer.OfRelease(line("o1", 4, 2));
    Answer other = new Answer.OfRelease(line("o2", 5, 3));
    assertThat(outcome(first)).isEqualTo(new Outcome.Accepted(one));
    clock.advance(MOMENT);
    assertThat(outcome(next)).isEqualTo(new Outcome.Accepted(other));
    clock.advance(KEPT);
    assertThat(outcome(first)).isEqualTo(new Outcome.Repeated(one));

    assertThat(result(answers.forgetOld())).isOne();

    assertThat(outcome(next)).isEqualTo(new Outcome.Repeated(other));
    Refusal nothing = new Refusal.NothingAllocated(new OrderId("o1"), CHAIR);
    assertThat(outcome(first)).isEqualTo(new Outcome.Refused(nothing));
    assertThat(outcome(first)).as("known again").isEqualTo(new Outcome.Refused(nothing, true));
  }

  private static OrderLine line(String order, int quantity, long position) {
    return new OrderLine(new OrderId(order), CHAIR, quantity, new BatchRef("b1"), position);
  }

  /** Decided and written as the handler does, which remembers nothing. */
  private Outcome outcome(CommandMessage command) {
    List<CommandMessage> commands = List.of(command);
    UnitOfWork unit =
        result(
            ledger.commitLocked(
                wanted(commands), loaded -> decide(loaded, commands, clock.instant())));
    return outcomes(unit).getFirst();
  }

  @Test
  void it_looks_every_ten_minutes() {
    Map<Long, Handler<Long>> timers = new ConcurrentHashMap<>();
    answers.forgetOldOnes(withTimers(timers));
    assertThat(timers).containsOnlyKeys(600_000L);

    for (int round = 1; round <= 2; round++) {
      store("old", 1, clock.instant().minus(KEPT).minus(MOMENT));
      timers.values().forEach(tick -> tick.handle(1L));
      until("it is forgotten", () -> kept().isEmpty());
    }
  }

  /** Nobody waits for ten minutes: periodic timers are put down here by their milliseconds. */
  @SuppressWarnings("unchecked")
  private static Vertx withTimers(Map<Long, Handler<Long>> timers) {
    return (Vertx)
        Proxy.newProxyInstance(
            Vertx.class.getClassLoader(),
            new Class<?>[] {Vertx.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("setPeriodic");
              timers.put((Long) arguments[0], (Handler<Long>) arguments[1]);
              return 1L;
            });
  }

  private static void store(String id, int times, Instant at) {
    database.run(
        """
        INSERT INTO command_answer (shard, scope, id, fingerprint, outcome, unit_id, at)
        SELECT 3, 'test', '%s-' || n, 'f', 'o', 'u', '%s' FROM generate_series(1, %d) n
        """
            .formatted(id, at, times));
  }

  private static List<String> kept() {
    return database.texts("SELECT id FROM command_answer");
  }
}
