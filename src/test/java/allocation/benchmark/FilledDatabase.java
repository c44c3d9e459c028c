package allocation.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import allocation.bus.Shards;
import allocation.domain.Sku;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A database as it is after years: many SKUs with a batch each, many order lines, and the log, the
 * positions, the views and the cursors that go with them, as if the service had written all of it.
 * Made by the server itself, a statement for many rows, since asking the service would take hours.
 */
final class FilledDatabase {
  private static final int BATCH_QUANTITY = 1_000_000_000;
  private static final int COPY_BYTES = 64 * 1024;

  /** {@code place} is the SKU's number within its shard, from 1 on. */
  private static final String PRODUCTS =
      """
      CREATE TEMP TABLE filling (
        n int NOT NULL, sku text COLLATE "C" NOT NULL, ref text COLLATE "C" NOT NULL,
        shard int NOT NULL, place int NOT NULL, of_shard int)
      """;

  private static final String COPY_PRODUCTS = "COPY filling (n, sku, ref, shard, place) FROM STDIN";

  private static final String COUNT_SHARDS =
      """
      UPDATE filling f SET of_shard = whole.products
      FROM (SELECT shard, max(place) AS products FROM filling GROUP BY shard) whole
      WHERE whole.shard = f.shard
      """;

  private static final String REFS =
      "INSERT INTO batch_ref (ref, sku) SELECT ref, sku FROM filling ORDER BY ref";

  /** The parameters are the batch's quantity and how much of it is allocated. */
  private static final String BATCHES =
      """
      INSERT INTO batch (shard, sku, ref, purchased, allocated, eta, created_quantity, created_eta,
                         position)
      SELECT f.shard, f.sku, f.ref, each.purchased, each.allocated, NULL, each.purchased, NULL, f.place
      FROM filling f, (VALUES (?::int, ?::int)) AS each (purchased, allocated) ORDER BY f.shard, f.sku
      """;

  /** First in each shard: its batches. The events of a shard stand together, as many as may. */
  private static final String BATCH_EVENTS =
      """
      INSERT INTO event_run (shard, last_position, first_position, unit_id, at, data)
      SELECT shard, max(place), min(place), 'filling', '2026-01-01T00:00:00Z', string_agg(
        format('{"type":"BatchCreated","version":1,"shard":%s,"position":%s,"sku":"%s",'
               '"ref":"%s","quantity":%s,"eta":null,"at":"2026-01-01T00:00:00Z",'
               '"unitId":"filling","correlationId":"filling"}', shard, place, sku, ref, ?::int),
        E'\\n' ORDER BY place)
      FROM filling GROUP BY shard, (place - 1) / 100 ORDER BY 1, 2
      """;

  /** Then a line of each SKU, and the next of each; in the order of the keys, or it takes hours. */
  private static final String LINES =
      """
      INSERT INTO order_line (shard, order_id, sku, quantity, batch_ref, position)
      SELECT shard, order_id(?, n), sku, 1, ref, ?::bigint * of_shard + place
      FROM filling WHERE shard = ? ORDER BY n
      """
          .replace("order_id(?, n)", orderId());

  private static final String LINE_EVENTS =
      """
      INSERT INTO event_run (shard, last_position, first_position, unit_id, at, data)
      SELECT shard, max(position), min(position), 'filling', '2026-01-01T00:00:00Z', string_agg(
        format('{"type":"Allocated","version":1,"shard":%s,"position":%s,"sku":"%s",'
               '"orderId":"%s","quantity":1,"batchRef":"%s","eta":null,'
               '"at":"2026-01-01T00:00:00Z","unitId":"filling","correlationId":"filling"}',
               shard, position, sku, order_id, ref),
        E'\\n' ORDER BY position)
      FROM (SELECT shard, order_id(?, n) AS order_id, sku, ref, place,
              ?::bigint * of_shard + place AS position
            FROM filling WHERE shard = ?) line
      GROUP BY shard, (place - 1) / 100 ORDER BY 1, 2
      """
          .replace("order_id(?, n)", orderId());

  private static final String LINE_VIEWS =
      """
      INSERT INTO views.order_view (order_id, sku, quantity, batch_ref, position, shard)
      SELECT order_id(?, n), sku, 1, ref, ?::bigint * of_shard + place, shard FROM filling ORDER BY n
      """
          .replace("order_id(?, n)", orderId());

  private static final String BATCH_VIEWS =
      """
      INSERT INTO views.batch_view (ref, sku, shard, purchased, allocated, eta)
      SELECT ref, sku, shard, purchased, allocated, eta FROM batch ORDER BY ref
      """;

  private static final String PRODUCT_VIEWS =
      """
      INSERT INTO views.product_view (sku, shard, available, in_stock)
      SELECT sku, shard, purchased - allocated, purchased - allocated FROM batch ORDER BY sku
      """;

  private static final String POSITIONS =
      """
      UPDATE shard s SET position = whole.position
      FROM (SELECT shard, max(place) * (?::bigint + 1) AS position FROM filling GROUP BY shard) whole
      WHERE whole.shard = s.shard
      """;

  private static final String CURSORS =
      """
      INSERT INTO follower (name, shard, position)
      SELECT ?, shard, position FROM shard
      ON CONFLICT ON CONSTRAINT follower_key DO UPDATE SET position = excluded.position
      """;

  private final Connection database;
  private final Statement sql;
  private final int skus;
  private final int linesPerSku;

  private FilledDatabase(Connection database, Statement sql, int skus, int linesPerSku) {
    this.database = database;
    this.sql = sql;
    this.skus = skus;
    this.linesPerSku = linesPerSku;
  }

  static String sku(int n) {
    return "SKU-%07d".formatted(n);
  }

  /** Fills a database that has its schema and nothing else, while no service runs on it. */
  static void fill(Connection database, int skus, int linesPerSku)
      throws SQLException, IOException {
    try (Statement sql = database.createStatement()) {
      new FilledDatabase(database, sql, skus, linesPerSku).fill();
    }
  }

  private void fill() throws SQLException, IOException {
    sql.execute("SET synchronous_commit = off");
    // A checkpoint a gigabyte would write everything several times.
    setWalLimit("SET max_wal_size = '8GB'");
    sql.execute(PRODUCTS);
    Shards shards = new Shards(Math.toIntExact(number("SELECT count(*) FROM shard")));
    copyProducts(shards);
    sql.execute(COUNT_SHARDS);
    sql.execute("CREATE INDEX ON filling (shard, n)");
    sql.execute("ANALYZE filling");
    sql.execute(REFS);
    execute(BATCHES, BATCH_QUANTITY, linesPerSku);
    execute(BATCH_EVENTS, BATCH_QUANTITY);
    for (int line = 1; line <= linesPerSku; line++) {
      Progress.say("filling a database, %d of %d".formatted(line, linesPerSku));
      for (int shard : shards.all()) {
        execute(LINES, line, line, shard);
        execute(LINE_EVENTS, line, line, shard);
      }
      execute(LINE_VIEWS, line, line);
    }
    sql.execute(BATCH_VIEWS);
    sql.execute(PRODUCT_VIEWS);
    execute(POSITIONS, linesPerSku);
    for (String follower : Followers.all()) {
      try (PreparedStatement cursors = database.prepareStatement(CURSORS)) {
        cursors.setString(1, follower);
        cursors.execute();
      }
    }
    settle();
  }

  /** What autovacuum and the next checkpoint would do while something is measured. */
  private void settle() throws SQLException {
    sql.execute("DROP TABLE filling");
    sql.execute("VACUUM (ANALYZE)");
    setWalLimit("RESET max_wal_size");
    sql.execute("CHECKPOINT");
  }

  private void setWalLimit(String setting) throws SQLException {
    sql.execute("ALTER SYSTEM " + setting);
    sql.execute("SELECT pg_reload_conf()");
  }

  private void copyProducts(Shards shards) throws SQLException {
    CopyIn copy = database.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY_PRODUCTS);
    int[] places = new int[shards.count()];
    StringBuilder rows = new StringBuilder();
    for (int n = 0; n < skus; n++) {
      String sku = sku(n);
      int shard = shards.of(new Sku(sku));
      places[shard]++;
      rows.append(n)
          .append('\t')
          .append(sku)
          .append("\tbatch-of-")
          .append(sku)
          .append('\t')
          .append(shard)
          .append('\t')
          .append(places[shard])
          .append('\n');
      if (rows.length() > COPY_BYTES || n == skus - 1) {
        byte[] bytes = rows.toString().getBytes(US_ASCII);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
      }
    }
    copy.endCopy();
  }

  /** In the order of the lines, so that indexes grow at their ends. */
  private static String orderId() {
    return "format('kept-%s-%s', lpad(?::text, 3, '0'), lpad(n::text, 8, '0'))";
  }

  private void execute(String statement, int... parameters) throws SQLException {
    try (PreparedStatement rows = database.prepareStatement(statement)) {
      for (int i = 0; i < parameters.length; i++) {
        rows.setInt(i + 1, parameters[i]);
      }
      rows.execute();
    }
  }

  private long number(String query) throws SQLException {
    try (ResultSet rows = sql.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
