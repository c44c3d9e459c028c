package allocation.postgres;

import static allocation.postgres.Columns.ints;
import static allocation.postgres.Columns.longs;
import static allocation.postgres.Columns.texts;

import allocation.domain.BatchRef;
import allocation.domain.Sku;
import allocation.readmodel.LineChanges.Held;
import allocation.readmodel.LineChanges.LineChange;
import allocation.readmodel.ViewChanges;
import allocation.readmodel.ViewChanges.BatchRow;
import allocation.readmodel.ViewChanges.ProductChange;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of one schema of views: each changed once, whole runs of them at a time. */
final class ViewRows {
  private static final String BATCHES =
      "SELECT shard, ref, sku, purchased, allocated, eta FROM views.batch_view WHERE ref = ANY ($1)";

  private static final String ADD_BATCHES =
      """
      INSERT INTO views.batch_view (shard, ref, sku, purchased, allocated, eta)
      SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::int[], $6::date[])
      """;

  private static final String CHANGE_BATCHES =
      """
      UPDATE views.batch_view AS old
      SET purchased = new.purchased, allocated = new.allocated, eta = new.eta
      FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::int[], $6::date[])
        AS new (shard, ref, sku, purchased, allocated, eta)
      WHERE old.ref = new.ref AND old.sku = new.sku AND old.shard = new.shard
      """;

  private static final String ADD_PRODUCTS =
      """
      INSERT INTO views.product_view (shard, sku, available, in_stock)
      SELECT shard, sku, 0, 0 FROM unnest($1::int[], $2::text[]) AS new (shard, sku)
      ON CONFLICT ON CONSTRAINT product_view_key DO NOTHING
      """;

  private static final String CHANGE_PRODUCTS =
      """
      UPDATE views.product_view AS old
      SET available = old.available + more.available, in_stock = old.in_stock + more.in_stock
      FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[])
        AS more (shard, sku, available, in_stock)
      WHERE old.sku = more.sku AND old.shard = more.shard
      """;

  private static final String ADD_LINES =
      """
      INSERT INTO views.order_view (shard, order_id, sku, quantity, batch_ref, position)
      SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[])
      """;

  // What the line held is compared, since the log says what that was: a stranger's row must not
  // pass.
  private static final String CHANGE_LINES =
      """
      UPDATE views.order_view AS old
      SET quantity = new.quantity, batch_ref = new.batch_ref,
        position = coalesce(new.position, old.position)
      FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[],
                  $7::int[], $8::text[])
        AS new (shard, order_id, sku, quantity, batch_ref, position, had_quantity, had_batch_ref)
      WHERE old.order_id = new.order_id AND old.sku = new.sku AND old.shard = new.shard
        AND old.quantity = new.had_quantity AND old.batch_ref = new.had_batch_ref
      """;

  private static final String REMOVE_LINES =
      """
      DELETE FROM views.order_view AS old
      USING unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[])
        AS gone (shard, order_id, sku, quantity, batch_ref)
      WHERE old.order_id = gone.order_id AND old.sku = gone.sku AND old.shard = gone.shard
        AND old.quantity = gone.quantity AND old.batch_ref = gone.batch_ref
      """;

  private final String batches;
  private final String addBatches;
  private final String changeBatches;
  private final String addProducts;
  private final String changeProducts;
  private final String addLines;
  private final String changeLines;
  private final String removeLines;

  ViewRows(String schema) {
    batches = in(schema, BATCHES);
    addBatches = in(schema, ADD_BATCHES);
    changeBatches = in(schema, CHANGE_BATCHES);
    addProducts = in(schema, ADD_PRODUCTS);
    changeProducts = in(schema, CHANGE_PRODUCTS);
    addLines = in(schema, ADD_LINES);
    changeLines = in(schema, CHANGE_LINES);
    removeLines = in(schema, REMOVE_LINES);
  }

  private static String in(String schema, String statement) {
    return statement.replace("views.", schema + ".");
  }

  /** The rows that exist of some batches. */
  Future<List<BatchRow>> batches(SqlClient sql, Set<BatchRef> refs) {
    if (refs.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    String[] keys = refs.stream().sorted().map(BatchRef::value).toArray(String[]::new);
    return sql.preparedQuery(batches)
        .execute(Columns.row((Object) keys))
        .map(rows -> {
          List<BatchRow> found = new ArrayList<>(rows.size());
          for (Row row : rows) {
            found.add(
                new BatchRow(
                    row.getInteger(0),
                    new BatchRef(row.getString(1)),
                    new Sku(row.getString(2)),
                    row.getInteger(3),
                    row.getInteger(4),
                    Columns.arrival(row.getLocalDate(5))));
          }
          return found;
        });
  }

  /** Writes all changes; fails if a row that should have been there was not. */
  Future<Void> write(SqlClient sql, ViewChanges changes) {
    // All at once: a session works in order, so each statement sees what those before it left.
    return Future.all(
            List.of(
                batches(sql, addBatches, changes.newBatches()),
                batches(sql, changeBatches, changes.changedBatches()),
                addProducts(sql, changes.products()),
                changeProducts(sql, changes.products()),
                removeLines(sql, changes.lines().removed()),
                changeLines(sql, changes.lines().changed()),
                addLines(sql, changes.lines().added())))
        .mapEmpty();
  }

  private static Future<Void> batches(SqlClient sql, String statement, List<BatchRow> rows) {
    return each(
        sql,
        statement,
        rows.size(),
        Columns.row(
            ints(rows, BatchRow::shard),
            texts(rows, row -> row.ref().value()),
            texts(rows, row -> row.sku().value()),
            ints(rows, BatchRow::purchased),
            ints(rows, BatchRow::allocated),
            Columns.dates(rows, row -> Columns.eta(row.arrival()))));
  }

  /** A new batch may be of a product that is known: its row is made only if it is missing. */
  private Future<Void> addProducts(SqlClient sql, List<ProductChange> changes) {
    List<ProductChange> unknown = changes.stream().filter(ProductChange::unknown).toList();
    return unknown.isEmpty()
        ? Future.succeededFuture()
        : sql.preparedQuery(addProducts)
            .execute(
                Columns.row(
                    ints(unknown, ProductChange::shard),
                    texts(unknown, change -> change.sku().value())))
            .mapEmpty();
  }

  private Future<Void> changeProducts(SqlClient sql, List<ProductChange> changes) {
    return each(
        sql,
        changeProducts,
        changes.size(),
        Columns.row(
            ints(changes, ProductChange::shard),
            texts(changes, change -> change.sku().value()),
            longs(changes, ProductChange::available),
            longs(changes, ProductChange::inStock)));
  }

  private Future<Void> removeLines(SqlClient sql, List<LineChange> lines) {
    List<Held> had = lines.stream().map(line -> line.before().orElseThrow()).toList();
    return each(
        sql,
        removeLines,
        lines.size(),
        Columns.row(
            ints(lines, LineChange::shard),
            texts(lines, line -> line.orderId().value()),
            texts(lines, line -> line.sku().value()),
            ints(had, Held::quantity),
            texts(had, held -> held.batchRef().value())));
  }

  private Future<Void> changeLines(SqlClient sql, List<LineChange> lines) {
    List<Held> had = lines.stream().map(line -> line.before().orElseThrow()).toList();
    Tuple rows = lines(lines);
    rows.addValue(ints(had, Held::quantity));
    rows.addValue(texts(had, held -> held.batchRef().value()));
    return each(sql, changeLines, lines.size(), rows);
  }

  private Future<Void> addLines(SqlClient sql, List<LineChange> lines) {
    return each(sql, addLines, lines.size(), lines(lines));
  }

  private static Tuple lines(List<LineChange> lines) {
    List<Held> held = lines.stream().map(line -> line.after().orElseThrow()).toList();
    @Nullable Long[] positions = new Long[lines.size()];
    for (int i = 0; i < positions.length; i++) {
      OptionalLong position = lines.get(i).position();
      positions[i] = position.isPresent() ? position.getAsLong() : null;
    }
    return Columns.row(
        ints(lines, LineChange::shard),
        texts(lines, line -> line.orderId().value()),
        texts(lines, line -> line.sku().value()),
        ints(held, Held::quantity),
        texts(held, line -> line.batchRef().value()),
        positions);
  }

  private static Future<Void> each(SqlClient sql, String statement, int count, Tuple rows) {
    return count == 0
        ? Future.succeededFuture()
        : sql.preparedQuery(statement)
            .execute(rows)
            .compose(done ->
                done.rowCount() == count
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new IllegalStateException(
                            "the views contradict the log: %d of %d rows met by %s"
                                .formatted(done.rowCount(), count, statement))));
  }
}
