package allocation.postgres;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.log.Cursors.CursorMoved;
import allocation.log.Cursors.Move;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PgCursorsIT {
  private static Vertx vertx;
  private static TestDatabase database;
  private static Pool pool;
  private static PgCursors cursors;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("cursors");
    pool = PgBuilder.pool().using(vertx).connectingTo(database.options()).build();
    cursors = new PgCursors(pool);
  }

  @AfterAll
  static void stop() {
    database.close();
    result(vertx.close());
  }

  @Test
  void begins_at_zero_and_moves_each_follower_and_shard_by_itself() {
    assertThat(result(cursors.read("f", 1))).isZero();

    result(cursors.move("f", List.of(new Move(1, 0, 7))));

    assertThat(result(cursors.read("f", 1))).isEqualTo(7);
    assertThat(result(cursors.read("f", 2))).isZero();
    assertThat(result(cursors.read("g", 1))).isZero();
  }

  @Test
  void does_not_move_a_cursor_that_somebody_else_has_moved() {
    assertThat(result(cursors.read("two", 1))).isZero();
    result(cursors.move("two", List.of(new Move(1, 0, 7))));

    assertThat(failure(cursors.move("two", List.of(new Move(1, 0, 9)))))
        .isInstanceOf(CursorMoved.class);

    assertThat(result(cursors.read("two", 1))).isEqualTo(7);
  }

  @Test
  void of_several_cursors_all_are_moved_or_none() {
    for (int shard : List.of(1, 2, 3)) {
      assertThat(result(cursors.read("many", shard))).isZero();
    }
    result(cursors.move("many", List.of(new Move(1, 0, 7), new Move(2, 0, 8))));

    failure(cursors.move("many", List.of(new Move(3, 0, 9), new Move(1, 0, 10))));

    assertThat(result(cursors.read("many", 1))).isEqualTo(7);
    assertThat(result(cursors.read("many", 2))).isEqualTo(8);
    assertThat(result(cursors.read("many", 3))).isZero();
  }

  @Test
  void a_locked_cursor_stays_until_the_transaction_ends() {
    assertThat(result(cursors.read("locked", 1))).isZero();

    Map<Integer, Long> seen =
        result(
            pool.withTransaction(sql ->
                PgCursors.lock(sql, "locked", List.of(1))
                    .compose(at ->
                        PgCursors.move(sql, "locked", List.of(new Move(1, at.get(1), 5)))
                            .map(at))));

    assertThat(seen).containsExactly(Map.entry(1, 0L));
    assertThat(result(cursors.read("locked", 1))).isEqualTo(5);
  }
}
