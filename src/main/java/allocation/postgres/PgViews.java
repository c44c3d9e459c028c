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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The views in schema {@code views}. Each question is one statement, so it sees one moment, and it
 * goes by a key or a range of one.
 */
public final class PgViews implements Views {
  static final String BY_ORDERS =
      """
      SELECT o.sku, o.quantity, o.batch_ref, b.eta, o.position, o.order_id
      FROM views.order_view AS o
      JOIN views.batch_view AS b ON b.ref = o.batch_ref
      WHERE o.order_id = ANY ($1::text[])
      """;

  static final String BY_SKUS =
      """
      SELECT b.ref, b.purchased, b.allocated, b.eta, p.available, p.in_stock, p.sku
      FROM unnest($1::text[]) AS wanted (sku)
      JOIN views.product_view AS p ON p.sku = wanted.sku COLLATE "C"
      JOIN views.batch_view AS b ON b.sku = p.sku
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
  public Future<Map<Integer, Long>> cursors() {
    return ViewTables.LIVE.cursors(pool);
  }

  @Override
  public Future<List<Long>> apply(List<Run> runs) {
    return pool.withTransaction(session -> ViewTables.LIVE.apply(session, runs))
        .map(Objects::requireNonNull);
  }

  @Override
  public Future<Map<OrderId, OrderLines>> byOrders(Set<OrderId> orders) {
    return pool.preparedQuery(BY_ORDERS)
        .execute(Columns.row((Object) Columns.texts(orders, OrderId::value)))
        .map(rows -> {
          Map<OrderId, List<Line>> lines = new HashMap<>();
          for (Row row : rows) {
            lines
                .computeIfAbsent(new OrderId(row.getString(5)), first -> new ArrayList<>())
                .add(line(row));
          }
          lines.values().forEach(ofOrder -> ofOrder.sort(Comparator.comparing(Line::sku)));
          Map<OrderId, OrderLines> found = new HashMap<>();
          for (OrderId order : orders) {
            found.put(order, new OrderLines(order, lines.getOrDefault(order, List.of())));
          }
          return found;
        });
  }

  private static Line line(Row row) {
    return new Line(
        new Sku(row.getString(0)),
        row.getInteger(1),
        new BatchRef(row.getString(2)),
        Columns.arrival(row.getLocalDate(3)),
        row.getLong(4));
  }

  @Override
  public Future<Map<Sku, ProductStock>> bySkus(Set<Sku> skus) {
    return pool.preparedQuery(BY_SKUS)
        .execute(Columns.row((Object) Columns.texts(skus, Sku::value)))
        .map(rows -> {
          Map<Sku, List<Row>> batches = new HashMap<>();
          for (Row row : rows) {
            batches.computeIfAbsent(new Sku(row.getString(6)), first -> new ArrayList<>()).add(row);
          }
          Map<Sku, ProductStock> products = new HashMap<>();
          batches.forEach((sku, ofSku) -> products.put(sku, product(sku, ofSku)));
          return products;
        });
  }

  private static ProductStock product(Sku sku, List<Row> rows) {
    List<Stock> batches = rows.stream().map(PgViews::stock).sorted(PREFERENCE).toList();
    return new ProductStock(sku, rows.getFirst().getLong(4), rows.getFirst().getLong(5), batches);
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
