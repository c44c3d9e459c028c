package allocation.postgres;

import allocation.domain.LoggedEvent;
import allocation.json.EventJson;
import allocation.log.EventLog;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The event log in table {@code event_run}, and the positions in table {@code shard}. A run is the
 * events that a unit of work wrote in a shard, as lines of JSON: at most {@link #RUN_EVENTS}.
 */
public final class PgEventLog implements EventLog {
  private static final String POSITIONS = "SELECT shard, position FROM shard";

  /** Most events of a run; the events of a larger unit stand in several. */
  static final int RUN_EVENTS = 500;

  // Positions have no gap: the runs with the next $3 events are those that begin by then. The last
  // of them ends less than a run later, which tells the index where to stop.
  private static final String AFTER =
      """
      SELECT first_position, data FROM event_run
      WHERE shard = $1 AND last_position > $2 AND last_position < $2 + $3 + 500
        AND first_position <= $2 + $3
      ORDER BY last_position
      """;

  private static final String APPEND =
      """
      INSERT INTO event_run (shard, first_position, last_position, data, unit_id, at)
      SELECT run.shard, run.first, run.last, run.data, $5, $6
      FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[])
        AS run (shard, first, last, data)
      """;

  /** JSON has none outside of its strings, and escapes it within. */
  private static final String LINE_END = "\n";

  private final Pool pool;

  public PgEventLog(Pool pool) {
    this.pool = pool;
  }

  @Override
  public Future<Map<Integer, Long>> positions() {
    return pool.preparedQuery(POSITIONS).execute().map(PgEventLog::positions);
  }

  static Map<Integer, Long> positions(RowSet<Row> rows) {
    Map<Integer, Long> positions = new HashMap<>();
    for (Row row : rows) {
      positions.put(row.getInteger(0), row.getLong(1));
    }
    return positions;
  }

  @Override
  public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
    return after(pool, shard, position, limit);
  }

  static Future<List<LoggedEvent>> after(SqlClient sql, int shard, long position, int limit) {
    return sql.preparedQuery(AFTER)
        .execute(Tuple.of(shard, position, limit))
        .map(rows -> {
          List<LoggedEvent> events = new ArrayList<>();
          for (Row row : rows) {
            long at = row.getLong(0);
            for (String data : row.getString(1).split(LINE_END, -1)) {
              // A cursor may stand within a run, and so may the end of what is wanted.
              if (at > position && at <= position + limit) {
                events.add(EventJson.read(data));
              }
              at++;
            }
          }
          return events;
        });
  }

  /** Events that stand in one row. */
  record Run(int shard, long first, long last, String data) {}

  /** Puts events together that are in shard and position order. */
  static List<Run> runs(List<LoggedEvent> events) {
    List<Run> runs = new ArrayList<>();
    int begin = 0;
    for (int end = 1; end <= events.size(); end++) {
      if (end == events.size()
          || end - begin == RUN_EVENTS
          || !follows(events.get(end - 1), events.get(end))) {
        runs.add(run(events.subList(begin, end)));
        begin = end;
      }
    }
    return runs;
  }

  private static boolean follows(LoggedEvent one, LoggedEvent next) {
    return one.shard() == next.shard() && one.position() + 1 == next.position();
  }

  private static Run run(List<LoggedEvent> events) {
    LoggedEvent first = events.getFirst();
    StringBuilder data = new StringBuilder(events.size() * (first.data().length() + 16));
    for (LoggedEvent event : events) {
      data.append(data.isEmpty() ? "" : LINE_END).append(event.data());
    }
    return new Run(first.shard(), first.position(), events.getLast().position(), data.toString());
  }

  /** Writes the events of one unit of work, in the transaction that {@code sql} is in. */
  static Future<RowSet<Row>> append(SqlClient sql, List<LoggedEvent> events) {
    List<Run> runs = runs(events);
    LoggedEvent any = events.getFirst();
    return sql.preparedQuery(APPEND)
        .execute(
            Columns.row(
                Columns.ints(runs, Run::shard),
                Columns.longs(runs, Run::first),
                Columns.longs(runs, Run::last),
                Columns.texts(runs, Run::data),
                any.unitId(),
                any.at().atOffset(ZoneOffset.UTC)));
  }
}
