package allocation.postgres;

import static allocation.given.GivenEvents.logged;
import static allocation.given.GivenEvents.outOfStock;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.LoggedEvent;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The events of a unit of work stand in one row for each shard, and are read one by one. */
final class PgEventLogIT {
  private static Vertx vertx;
  private static TestDatabase database;
  private static Pool pool;
  private static PgEventLog log;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("event_log");
    pool = PgSession.pool(vertx, "allocation", database.options(), 2, 8_000);
    log = new PgEventLog(pool);
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
  void what_is_read_is_what_was_written_wherever_a_reader_stops_and_goes_on() {
    List<LoggedEvent> events = events(3, 1, 20);
    for (int[] unit : new int[][] {{0, 1}, {1, 8}, {8, 9}, {9, 20}}) {
      result(PgEventLog.append(pool, events.subList(unit[0], unit[1])));
    }

    assertThat(database.number("SELECT count(*) FROM event_run")).isEqualTo(4);
    for (int after = 0; after <= 20; after++) {
      for (int limit : new int[] {1, 2, 5, 19, 100}) {
        assertThat(result(log.after(3, after, limit)))
            .as("after %d, at most %d", after, limit)
            .isEqualTo(events.subList(after, Math.min(20, after + limit)));
      }
    }
    assertThat(result(log.after(4, 0, 10))).isEmpty();
  }

  @Test
  void a_unit_with_more_events_than_a_row_may_have_stands_in_several() {
    List<LoggedEvent> events = events(3, 1, 2 * PgEventLog.RUN_EVENTS + 1);

    result(PgEventLog.append(pool, events));

    assertThat(database.texts("SELECT last_position FROM event_run ORDER BY 1"))
        .containsExactly("500", "1000", "1001");
    assertThat(result(log.after(3, 0, 10_000))).isEqualTo(events);
    // The row that the cursor stands in is as long as one may be, and so is the next.
    assertThat(result(log.after(3, 1, 1))).isEqualTo(events.subList(1, 2));
    assertThat(result(log.after(3, 499, 501))).isEqualTo(events.subList(499, 1_000));
  }

  @Test
  void the_events_of_several_shards_are_kept_apart() {
    List<LoggedEvent> three = events(3, 1, 2);
    List<LoggedEvent> nine = events(9, 1, 1);

    result(PgEventLog.append(pool, List.of(three.getFirst(), three.getLast(), nine.getFirst())));

    assertThat(result(log.after(3, 0, 10))).isEqualTo(three);
    assertThat(result(log.after(9, 0, 10))).isEqualTo(nine);
  }

  @Test
  void a_long_run_is_packed() {
    result(PgEventLog.append(pool, events(3, 1, 100)));

    assertThat(
            database.number("SELECT sum(length(data)) / sum(pg_column_size(data)) FROM event_run"))
        .isGreaterThanOrEqualTo(3);
  }

  /** A node of the version before writes an event a row, and reads them from the view. */
  @Test
  void the_version_before_writes_and_reads_on() {
    LoggedEvent event = events(3, 1, 1).getFirst();

    database.run(
        """
        INSERT INTO event (shard, position, sku, type, version, data, unit_id, correlation_id, at)
        SELECT 3, 1, 'sku', 'OutOfStock', 1, '%s', 'unit-1', 'correlation-1', '%s'
        """
            .formatted(event.data(), event.at()));
    result(PgEventLog.append(pool, events(3, 2, 2)));

    assertThat(result(log.after(3, 0, 10))).isEqualTo(events(3, 1, 3));
    assertThat(
            database.texts(
                "SELECT data FROM event WHERE shard = 3 AND position > 1 ORDER BY position LIMIT 9"))
        .isEqualTo(events(3, 2, 2).stream().map(LoggedEvent::data).toList());
  }

  private static List<LoggedEvent> events(int shard, long first, int count) {
    return LongStream.range(first, first + count)
        .mapToObj(position -> logged(shard, position, "sku", outOfStock("o" + position)))
        .toList();
  }
}
