package allocation.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.View.Item;
import allocation.bus.View.Line;
import allocation.bus.View.ProductPage;
import allocation.bus.View.ProductStock;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.embedded.Servers;
import allocation.readmodel.PlainViews;
import allocation.readmodel.Views;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** A database of a test's own with log and views in it; its pools end with Vert.x. */
final class ViewsDatabase {
  static final int SHARDS = 4;

  private final String uri;
  private final Vertx vertx;
  final Pool pool;
  final PgViews views;
  final PgEventLog log;

  ViewsDatabase(Vertx vertx, String name) {
    this.vertx = vertx;
    uri = Servers.newDatabase(name);
    Migrations.migrate(uri, SHARDS);
    pool = newPool(4);
    views = new PgViews(pool);
    log = new PgEventLog(pool);
  }

  /** Another pool, with a cache of prepared statements as the service has it. */
  Pool newPool(int sessions) {
    return PgBuilder.pool()
        .connectingTo(PgConnectOptions.fromUri(uri).setCachePreparedStatements(true))
        .with(new PoolOptions().setMaxSize(sessions))
        .using(vertx)
        .build();
  }

  /** Writes events of any shards to the log, as a unit of work does. */
  void write(List<LoggedEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    await(
        pool.withTransaction(session ->
            PgEventLog.append(session, events)
                .compose(appended ->
                    session
                        .preparedQuery("UPDATE shard SET position = $2 WHERE shard = $1")
                        .executeBatch(
                            events.stream().map(e -> Tuple.of(e.shard(), e.position())).toList()))
                .map(done -> true)));
  }

  /** Applies everything that the log has. */
  void catchUp() {
    for (int shard = 0; shard < SHARDS; shard++) {
      long cursor = await(views.cursor(shard));
      List<LoggedEvent> events = await(log.after(shard, cursor, Integer.MAX_VALUE));
      if (!events.isEmpty()) {
        await(apply(views, shard, cursor, events));
      }
    }
  }

  /** One shard alone. */
  static Future<Long> apply(Views views, int shard, long cursor, List<LoggedEvent> events) {
    return views.apply(List.of(new Views.Run(shard, cursor, events))).map(List::getFirst);
  }

  /** Every row, as PostgreSQL prints it, and every cursor of the views. */
  List<String> everything() {
    return List.of(
        text("SELECT * FROM views.order_view ORDER BY order_id, sku"),
        text("SELECT * FROM views.batch_view ORDER BY ref"),
        text("SELECT * FROM views.product_view ORDER BY sku"),
        text("SELECT * FROM follower WHERE name LIKE 'views%' ORDER BY name, shard"));
  }

  private String text(String query) {
    StringBuilder lines = new StringBuilder();
    for (Row row : query("SELECT string_agg(t::text, E'\n') FROM (" + query + ") AS t")) {
      lines.append(row.getString(0));
    }
    return lines.toString();
  }

  RowSet<Row> query(String sql) {
    return await(pool.query(sql).execute());
  }

  List<Line> lines(OrderId order) {
    return Objects.requireNonNull(await(views.byOrders(Set.of(order))).get(order)).lines();
  }

  Optional<ProductStock> product(Sku sku) {
    return Optional.ofNullable(await(views.bySkus(Set.of(sku))).get(sku));
  }

  /** Asks every question and compares the answers. */
  void requireSame(PlainViews expected) {
    for (OrderId order : expected.orderIds()) {
      assertThat(lines(order)).isEqualTo(expected.lines(order));
    }
    for (Item item : expected.products()) {
      Sku sku = item.sku();
      assertThat(product(sku))
          .contains(new ProductStock(sku, item.available(), item.inStock(), expected.batches(sku)));
    }
    expected
        .batches()
        .forEach(batch -> assertThat(await(views.byRef(batch.stock().ref()))).contains(batch));
    assertThat(await(views.page(Optional.empty(), 1_000)))
        .isEqualTo(new ProductPage(expected.products(), Optional.empty()));
    assertThat(count("views.batch_view")).isEqualTo(expected.batches().size());
    assertThat(count("views.order_view"))
        .isEqualTo(expected.orderIds().stream().mapToInt(o -> expected.lines(o).size()).sum());
  }

  int count(String table) {
    return query("SELECT count(*) FROM " + table).iterator().next().getInteger(0);
  }

  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(30, TimeUnit.SECONDS)
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        cause.addSuppressed(e);
        throw cause;
      }
      throw e;
    }
  }
}
