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

/** The event log in table {@code event}, and the positions in table {@code shard}. */
public final class PgEventLog implements EventLog {
  private static final String POSITIONS = "SELECT shard, position FROM shard";

  private static final String AFTER =
      """
      SELECT data FROM event
      WHERE shard = $1 AND position > $2
      ORDER BY position
      LIMIT $3
      """;

  private static final String APPEND =
      """
      INSERT INTO event (shard, position, sku, type, version, data, unit_id, correlation_id, at)
      SELECT shard, position, sku, type, $9, data, $6, correlation_id, $7
      FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $8::text[])
        AS new (shard, position, sku, type, data, correlation_id)
      """;

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
          List<LoggedEvent> events = new ArrayList<>(rows.size());
          for (Row row : rows) {
            events.add(EventJson.read(row.getString(0)));
          }
          return events;
        });
  }

  /** Writes the events of one unit of work, in the transaction that {@code sql} is in. */
  static Future<RowSet<Row>> append(SqlClient sql, List<LoggedEvent> events) {
    LoggedEvent any = events.getFirst();
    return sql.preparedQuery(APPEND)
        .execute(
            Columns.row(
                Columns.ints(events, LoggedEvent::shard),
                Columns.longs(events, LoggedEvent::position),
                Columns.texts(events, event -> event.sku().value()),
                Columns.texts(events, event -> EventJson.type(event.event())),
                Columns.texts(events, LoggedEvent::data),
                any.unitId(),
                any.at().atOffset(ZoneOffset.UTC),
                Columns.texts(events, LoggedEvent::correlationId),
                EventJson.VERSION));
  }
}
