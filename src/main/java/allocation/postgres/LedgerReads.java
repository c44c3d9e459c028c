package allocation.postgres;

import allocation.bus.CommandKey;
import allocation.bus.Shards;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.handler.LineKey;
import allocation.handler.Loaded;
import allocation.handler.StoredAnswer;
import allocation.handler.Wanted;
import allocation.json.OutcomeJson;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a unit of work has to know, in one round trip: all statements are sent at once. */
final class LedgerReads {
  /** In key order, so that two units that share shards never wait for each other in a ring. */
  private static final String LOCKED_POSITIONS =
      "SELECT shard, position FROM shard WHERE shard = ANY ($1) ORDER BY shard FOR UPDATE";

  private static final String PRODUCTS =
      """
      SELECT b.sku, b.ref, b.purchased, b.allocated, b.eta, b.created_quantity, b.created_eta,
             s.sku IS NOT NULL AS shortage_told
      FROM unnest($1::int[], $2::text[]) AS wanted (shard, sku)
      JOIN batch b ON b.shard = wanted.shard AND b.sku = wanted.sku COLLATE "C"
      LEFT JOIN shortage s ON s.shard = b.shard AND s.sku = b.sku
      """;

  private static final String LINES =
      """
      SELECT l.order_id, l.sku, l.quantity, l.batch_ref, l.position
      FROM unnest($1::int[], $2::text[], $3::text[]) AS wanted (shard, order_id, sku)
      JOIN order_line l ON l.shard = wanted.shard AND l.order_id = wanted.order_id COLLATE "C"
                       AND l.sku = wanted.sku COLLATE "C"
      """;

  private static final String OWNERS = "SELECT ref, sku FROM batch_ref WHERE ref = ANY ($1)";

  private static final String ANSWERS =
      """
      SELECT a.scope, a.id, a.shard, a.fingerprint, a.outcome
      FROM unnest($1::text[], $2::text[]) AS wanted (scope, id)
      JOIN command_answer a ON a.scope = wanted.scope COLLATE "C" AND a.id = wanted.id COLLATE "C"
      """;

  /**
   * A line is taken while those newer than it do not yet free enough; the oldest of them. No line
   * is read where the batch still has room for all: it may have millions.
   */
  static final String LINES_ABOVE =
      """
      SELECT order_id, sku, quantity, batch_ref, position
      FROM (SELECT order_id, sku, quantity, batch_ref, position,
                   sum(quantity) OVER (ORDER BY position DESC) - quantity AS newer
            FROM order_line
            WHERE shard = $1 AND batch_ref = $3
              AND (SELECT allocated > $4::bigint FROM batch
                   WHERE shard = $1 AND sku = $2 AND ref = $3)) line
      WHERE newer < (SELECT allocated - $4::bigint FROM batch
                     WHERE shard = $1 AND sku = $2 AND ref = $3)
      ORDER BY position
      LIMIT $5
      """;

  private final Shards shards;

  LedgerReads(Shards shards) {
    this.shards = shards;
  }

  /** The locks come first: whatever is read after them is as of the positions that they hold. */
  Future<Loaded> load(SqlConnection sql, Wanted wanted) {
    Future<Map<Integer, Long>> positions =
        sql.preparedQuery(LOCKED_POSITIONS)
            .execute(Columns.row((Object) wanted.shards().toArray(Integer[]::new)))
            .map(PgEventLog::positions);
    Future<Map<Sku, Product>> products = products(sql, wanted);
    Future<Map<LineKey, OrderLine>> lines = lines(sql, wanted);
    Future<Map<BatchRef, Sku>> owners = owners(sql, wanted);
    Future<Map<CommandKey, StoredAnswer>> answers = answers(sql, wanted);
    Future<List<OrderLine>> linesAbove = linesAbove(sql, wanted);
    return Future.join(List.of(positions, products, lines, owners, answers, linesAbove))
        .map(all ->
            new Loaded(
                positions.result(),
                products.result(),
                lines.result(),
                owners.result(),
                answers.result(),
                linesAbove.result()));
  }

  private Future<Map<Sku, Product>> products(SqlConnection sql, Wanted wanted) {
    if (wanted.products().isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<Sku> skus = List.copyOf(wanted.products());
    return sql.preparedQuery(PRODUCTS)
        .execute(Columns.row(Columns.ints(skus, shards::of), Columns.texts(skus, Sku::value)))
        .map(rows -> products(skus, rows));
  }

  private static Map<Sku, Product> products(List<Sku> skus, RowSet<Row> rows) {
    Map<Sku, List<Batch>> batches = new HashMap<>();
    Map<Sku, Boolean> told = new HashMap<>();
    for (Row row : rows) {
      Sku sku = new Sku(row.getString(0));
      batches
          .computeIfAbsent(sku, first -> new ArrayList<>())
          .add(
              new Batch(
                  new BatchRef(row.getString(1)),
                  row.getInteger(2),
                  row.getInteger(3),
                  Columns.arrival(row.getLocalDate(4)),
                  new Batch.Created(row.getInteger(5), Columns.arrival(row.getLocalDate(6)))));
      told.put(sku, row.getBoolean(7));
    }
    Map<Sku, Product> products = new HashMap<>();
    for (Sku sku : skus) {
      products.put(
          sku,
          Product.of(sku, batches.getOrDefault(sku, List.of()), told.getOrDefault(sku, false)));
    }
    return products;
  }

  private Future<Map<LineKey, OrderLine>> lines(SqlConnection sql, Wanted wanted) {
    if (wanted.lines().isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<LineKey> keys = List.copyOf(wanted.lines());
    return sql.preparedQuery(LINES)
        .execute(
            Columns.row(
                Columns.ints(keys, key -> shards.of(key.sku())),
                Columns.texts(keys, key -> key.orderId().value()),
                Columns.texts(keys, key -> key.sku().value())))
        .map(rows -> {
          Map<LineKey, OrderLine> lines = new HashMap<>();
          for (OrderLine line : orderLines(rows)) {
            lines.put(LineKey.of(line), line);
          }
          return lines;
        });
  }

  private static Future<Map<BatchRef, Sku>> owners(SqlConnection sql, Wanted wanted) {
    if (wanted.refs().isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return sql.preparedQuery(OWNERS)
        .execute(Columns.row((Object) Columns.texts(wanted.refs(), BatchRef::value)))
        .map(rows -> {
          Map<BatchRef, Sku> owners = new HashMap<>();
          for (Row row : rows) {
            owners.put(new BatchRef(row.getString(0)), new Sku(row.getString(1)));
          }
          return owners;
        });
  }

  private static Future<Map<CommandKey, StoredAnswer>> answers(SqlConnection sql, Wanted wanted) {
    if (wanted.keys().isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<CommandKey> keys = List.copyOf(wanted.keys());
    return sql.preparedQuery(ANSWERS)
        .execute(
            Columns.row(
                Columns.texts(keys, CommandKey::scope), Columns.texts(keys, CommandKey::id)))
        .map(rows -> {
          Map<CommandKey, StoredAnswer> answers = new HashMap<>();
          for (Row row : rows) {
            StoredAnswer answer = answer(row);
            answers.put(answer.key(), answer);
          }
          return answers;
        });
  }

  private static StoredAnswer answer(Row row) {
    return new StoredAnswer(
        new CommandKey(row.getString(0), row.getString(1)),
        row.getInteger(2),
        row.getString(3),
        OutcomeJson.read(row.getString(4)));
  }

  private Future<List<OrderLine>> linesAbove(SqlConnection sql, Wanted wanted) {
    return wanted
        .cut()
        .map(cut ->
            sql.preparedQuery(LINES_ABOVE)
                .execute(
                    Columns.row(
                        shards.of(cut.sku()),
                        cut.sku().value(),
                        cut.ref().value(),
                        (long) cut.quantity(),
                        (long) cut.most()))
                .map(rows -> orderLines(rows).reversed()))
        .orElseGet(() -> Future.succeededFuture(List.of()));
  }

  private static List<OrderLine> orderLines(RowSet<Row> rows) {
    List<OrderLine> lines = new ArrayList<>(rows.size());
    for (Row row : rows) {
      lines.add(
          new OrderLine(
              new OrderId(row.getString(0)),
              new Sku(row.getString(1)),
              row.getInteger(2),
              new BatchRef(row.getString(3)),
              row.getLong(4)));
    }
    return lines;
  }
}
