package allocation.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.PostgresDatabase;
import allocation.embedded.Servers;
import allocation.given.Waiting;
import allocation.postgres.Migrations;
import allocation.postgres.PgEventLog;
import allocation.postgres.ViewsRebuild;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FilledDatabaseIT {
  private static final int SHARDS = 16;
  private static final int SKUS = 100;
  private static final int LINES_PER_SKU = 3;

  private String uri;
  private Connection database;

  @BeforeEach
  void fill() throws SQLException, IOException {
    uri = Servers.newDatabase("filling");
    Migrations.migrate(uri, SHARDS);
    PostgresDatabase server = Servers.postgres();
    database = server.connect(uri.substring(uri.lastIndexOf('/') + 1));
    FilledDatabase.fill(database, SKUS, LINES_PER_SKU);
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
  }

  @Test
  void views_are_what_a_rebuild_makes_of_the_log() throws SQLException {
    List<String> filled = views();
    Vertx vertx = Vertx.vertx();
    Pool pool = PgBuilder.pool().connectingTo(PgConnectOptions.fromUri(uri)).using(vertx).build();

    Waiting.result(new ViewsRebuild(pool, new PgEventLog(pool), 1_000, progress -> {}).run());

    assertThat(views()).isEqualTo(filled).hasSize(SKUS * (LINES_PER_SKU + 2));
    Waiting.result(vertx.close());
  }

  @Test
  void log_has_no_gap_and_everybody_is_at_its_end() throws SQLException {
    assertThat(rows("SELECT sum(position) FROM shard"))
        .containsExactly(Integer.toString(SKUS * (LINES_PER_SKU + 1)));
    assertThat(
            rows(
                """
                SELECT s.shard FROM shard s LEFT JOIN event e USING (shard)
                GROUP BY s.shard, s.position
                HAVING count(e.position) <> s.position OR coalesce(max(e.position), 0) <> s.position
                """))
        .isEmpty();
    assertThat(
            rows(
                "SELECT name FROM follower f JOIN shard s USING (shard) WHERE f.position <> s.position"))
        .isEmpty();
    assertThat(rows("SELECT DISTINCT name FROM follower"))
        .containsExactlyInAnyOrderElementsOf(Followers.all());
  }

  @Test
  void lines_are_what_the_batches_are_said_to_hold() throws SQLException {
    assertThat(
            rows(
                """
                SELECT ref FROM batch b
                WHERE allocated <> (SELECT sum(quantity) FROM order_line l
                                    WHERE l.shard = b.shard AND l.batch_ref = b.ref)
                """))
        .isEmpty();
    assertThat(
            rows(
                """
                SELECT order_id FROM order_line l JOIN views.order_view v USING (order_id, sku)
                WHERE (l.shard, l.quantity, l.batch_ref, l.position)
                    = (v.shard, v.quantity, v.batch_ref, v.position)
                """))
        .hasSize(SKUS * LINES_PER_SKU);
  }

  private List<String> views() throws SQLException {
    List<String> all = new ArrayList<>();
    all.addAll(rows("SELECT v FROM views.order_view v ORDER BY order_id, sku"));
    all.addAll(rows("SELECT v FROM views.batch_view v ORDER BY ref"));
    all.addAll(rows("SELECT v FROM views.product_view v ORDER BY sku"));
    return all;
  }

  private List<String> rows(String query) throws SQLException {
    try (Statement sql = database.createStatement();
        ResultSet found = sql.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        rows.add(found.getString(1));
      }
      return rows;
    }
  }
}
