package allocation.postgres;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where lines and events are kept as they grow. */
final class EventPartitionsIT {
  private static final long A_PARTITION = EventPartitions.AHEAD;

  private static Vertx vertx;
  private static TestDatabase database;
  private static Pool pool;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("partitions");
    pool = PgSession.pool(vertx, "allocation", database.options(), 4, 8_000);
  }

  @AfterAll
  static void stop() {
    database.close();
    result(vertx.close());
  }

  @Test
  void a_new_database_has_a_partition_of_lines_and_two_of_events_for_each_shard() {
    assertThat(partitionsOf("order_line")).isEqualTo(16);
    assertThat(partitionsOf("event_run")).isEqualTo(16);
    assertThat(partitionsOf("event_run_5")).isEqualTo(2);
  }

  @Test
  void the_next_partition_is_there_before_the_last_is_begun_however_many_nodes_see_to_it() {
    EventPartitions node = new EventPartitions(pool);
    EventPartitions other = new EventPartitions(pool);
    Map<Integer, Long> positions = Map.of(3, A_PARTITION + 1, 4, 1L);

    result(Future.all(node.keepAhead(positions), other.keepAhead(positions)));

    assertThat(partitionsOf("event_run_3")).isEqualTo(3);
    assertThat(partitionsOf("event_run_4")).isEqualTo(2);
    for (long position : new long[] {1, A_PARTITION, A_PARTITION + 1, 3 * A_PARTITION}) {
      write(3, position);
    }
    assertThat(database.number("SELECT count(*) FROM event_run_3_0")).isEqualTo(2);
    assertThat(database.number("SELECT count(*) FROM event_run_3_1")).isEqualTo(1);
    assertThat(database.number("SELECT count(*) FROM event_run_3_2")).isEqualTo(1);
  }

  /** Guard: AHEAD. This is what would come of a partition that is not there in time. */
  @Test
  void an_event_without_a_partition_is_refused() {
    assertThatThrownBy(() -> write(7, 9 * A_PARTITION))
        .hasRootCauseInstanceOf(SQLException.class)
        .rootCause()
        .hasMessageContaining("no partition of relation");
  }

  @Test
  void what_was_written_before_is_in_the_partitions_after_the_migration() {
    TestDatabase before = TestDatabase.createAt("before_partitions", "3");
    before.run(
        """
        UPDATE shard SET position = 4 WHERE shard = 3;
        INSERT INTO event SELECT 3, n, 'sku', 'OutOfStock', 1,
            '{"type":"OutOfStock","version":1,"sku":"sku","correlationId":"c' || n || '"}',
            CASE n WHEN 4 THEN 'u2' ELSE 'u1' END, 'c' || n, now()
          FROM generate_series(1, 4) n;
        INSERT INTO order_line VALUES (3, 'o1', 'sku', 5, 'b1', 1);
        """);

    before.migrate();

    assertThat(before.texts("SELECT first_position || '-' || last_position FROM event_run_3_0"))
        .containsExactlyInAnyOrder("1-3", "4-4");
    assertThat(
            before.texts(
                """
                SELECT position || ' ' || sku || ' ' || type || ' ' || version || ' ' || unit_id || ' '
                  || correlation_id
                FROM event WHERE shard = 3 ORDER BY position
                """))
        .containsExactly(
            "1 sku OutOfStock 1 u1 c1",
            "2 sku OutOfStock 1 u1 c2",
            "3 sku OutOfStock 1 u1 c3",
            "4 sku OutOfStock 1 u2 c4");
    assertThat(before.texts("SELECT order_id FROM order_line_3")).containsExactly("o1");
    assertThat(before.texts("SELECT to_regclass('event_whole')")).containsExactly("null");
    before.close();
  }

  private static void write(int shard, long position) {
    database.run(
        "INSERT INTO event VALUES (%d, %d, 's', 't', 1, '{}', 'u', 'c', now())"
            .formatted(shard, position));
  }

  private static long partitionsOf(String table) {
    return database.number(
        "SELECT count(*) FROM pg_inherits WHERE inhparent = '" + table + "'::regclass");
  }
}
