package allocation.postgres;

import allocation.bus.View;
import allocation.bus.View.BatchStock;
import allocation.bus.View.Item;
import allocation.bus.View.Line;
import allocation.bus.View.OrderLines;
import allocation.bus.View.ProductPage;
import allocation.bus.View.ProductStock;
import allocation.bus.View.Stock;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.readmodel.Views;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The views in schema {@code views}. Each question is one statement, so it sees one moment, and it
 * goes by a key or a range of one.
 */
public final class PgViews implements Views {
  static final String BY_ORDER =
      """
      SELECT o.sku, o.quantity, o.batch_ref, b.eta, o.position
      FROM views.order_view AS o JOIN views.batch_view AS b ON b.ref = o.batch_ref
      WHERE o.order_id = $1
      ORDER BY o.sku
      """;

  static final String BY_SKU =
      """
      SELECT b.ref, b.purchased, b.allocated, b.eta, p.available, p.in_stock
      FROM views.product_view AS p JOIN views.batch_view AS b ON b.sku = p.sku
      WHERE p.sku = $1
      """;

  static final String BY_REF =
      """
      SELECT ref, purchased, allocated, eta, sku
      FROM views.batch_view
      WHERE ref = $1
      """;

  static final String PAGE =
      """
      SELECT sku, available, in_stock
      FROM views.product_view
      WHERE sku > $1
      ORDER BY sku
      LIMIT $2
      """;

  // Ids are compared as the domain compares them, and the database may not.
  private static final Comparator<Stock> PREFERENCE =
      Comparator.comparing(Stock::arrival, Arrival.SOONEST_FIRST).thenComparing(Stock::ref);

  private final Pool pool;

  /**
   * @param pool of the database that has the views; it need not be the one that has the log
   */
  public PgViews(Pool pool) {
    this.pool = pool;
  }

  @Override
  public Future<Long> cursor(int shard) {
    return ViewTables.LIVE.cursor(pool, shard);
  }

  @Override
  public Future<List<Long>> apply(List<Run> runs) {
    return pool.withTransaction(session -> ViewTables.LIVE.apply(session, runs))
        .map(Objects::requireNonNull);
  }

  @Override
  public Future<OrderLines> byOrder(OrderId orderId) {
    return pool.preparedQuery(BY_ORDER)
        .execute(Columns.row(orderId.value()))
        .map(rows -> {
          List<Line> lines = new ArrayList<>(rows.size());
          for (Row row : rows) {
            lines.add(
                new Line(
                    new Sku(row.getString(0)),
                    row.getInteger(1),
                    new BatchRef(row.getString(2)),
                    Columns.arrival(row.getLocalDate(3)),
                    row.getLong(4)));
          }
          return new OrderLines(orderId, lines);
        });
  }

  @Override
  public Future<Optional<ProductStock>> bySku(Sku sku) {
    return pool.preparedQuery(BY_SKU)
        .execute(Columns.row(sku.value()))
        .map(rows -> {
          List<Stock> batches = new ArrayList<>(rows.size());
          long available = 0;
          long inStock = 0;
          for (Row row : rows) {
            batches.add(stock(row));
            available = row.getLong(4);
            inStock = row.getLong(5);
          }
          batches.sort(PREFERENCE);
          return batches.isEmpty()
              ? Optional.empty()
              : Optional.of(new ProductStock(sku, available, inStock, batches));
        });
  }

  @Override
  public Future<Optional<BatchStock>> byRef(BatchRef ref) {
    return pool.preparedQuery(BY_REF)
        .execute(Columns.row(ref.value()))
        .map(rows -> {
          Optional<BatchStock> found = Optional.empty();
          for (Row row : rows) {
            found = Optional.of(new BatchStock(new Sku(row.getString(4)), stock(row)));
          }
          return found;
        });
  }

  @Override
  public Future<ProductPage> page(Optional<Sku> after, int limit) {
    // No SKU is empty, so all come after it. One more than asked tells whether there is a next
    // page.
    String from = after.map(Sku::value).orElse("");
    return pool.preparedQuery(PAGE)
        .execute(Columns.row(from, limit + 1))
        .map(rows -> {
          List<Item> items = new ArrayList<>(rows.size());
          for (Row row : rows) {
            items.add(new Item(new Sku(row.getString(0)), row.getLong(1), row.getLong(2)));
          }
          boolean more = items.size() > limit;
          List<Item> page = more ? items.subList(0, limit) : items;
          return new View.ProductPage(
              page, more ? Optional.of(page.getLast().sku()) : Optional.empty());
        });
  }

  private static Stock stock(Row row) {
    return new Stock(
        new BatchRef(row.getString(0)),
        row.getInteger(1),
        row.getInteger(2),
        Columns.arrival(row.getLocalDate(3)));
  }
}
