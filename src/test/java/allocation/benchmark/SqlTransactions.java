package allocation.benchmark;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What one would write without this service: a transaction for each order line, over eight
 * connections with prepared statements. {@code interactive} takes a round trip for each step (lock
 * the product, take from a batch, insert the line, insert the event, commit); {@code cte} is the
 * same in one hand-written statement.
 *
 * <p>{@code batched} is no rival but the floor: the rows that a line needs (itself with two
 * indexes, its batch, its part of the log), written {@value #BATCH} at a time with nothing decided
 * or checked.
 *
 * <p>A process of its own that reads orders from its standard input, {@code interactive|cte|batched
 * skus milliseconds}, and prints how many transactions it made and the milliseconds that they took.
 */
public final class SqlTransactions {
  static final String INTERACTIVE = "interactive";
  static final String CTE_KIND = "cte";
  static final String BATCHED = "batched";
  static final List<String> KINDS = List.of(INTERACTIVE, CTE_KIND);

  /** Lines of a batched transaction: about what a unit of work has under load. */
  static final int BATCH = 64;

  /** Lines whose events stand in one row of the log. */
  private static final int RUN = 8;

  private static final int CONNECTIONS = 8;
  private static final int BATCHED_CONNECTIONS = 2;

  private static final String LOCK = "SELECT sku FROM product WHERE sku = $1 FOR UPDATE";
  private static final String TAKE =
      """
      UPDATE batch SET allocated = allocated + $2
      WHERE ref = (SELECT ref FROM batch WHERE sku = $1 AND purchased - allocated >= $2
                   ORDER BY eta NULLS FIRST, ref LIMIT 1)
      RETURNING ref
      """;
  private static final String INSERT_LINE =
      "INSERT INTO order_line (order_id, sku, quantity, batch_ref) VALUES ($1, $2, $3, $4)";
  private static final String INSERT_EVENT = "INSERT INTO event (sku, data) VALUES ($1, $2)";
  private static final String CTE =
      """
      WITH locked AS (SELECT sku FROM product WHERE sku = $1 FOR UPDATE),
      taken AS (
        UPDATE batch SET allocated = allocated + $3
        WHERE ref = (SELECT b.ref FROM batch b JOIN locked ON b.sku = locked.sku
                     WHERE b.purchased - b.allocated >= $3
                     ORDER BY b.eta NULLS FIRST, b.ref LIMIT 1)
        RETURNING ref),
      line AS (
        INSERT INTO order_line (order_id, sku, quantity, batch_ref)
        SELECT $2, $1, $3, ref FROM taken RETURNING batch_ref)
      INSERT INTO event (sku, data) SELECT $1, $4 FROM line
      """;

  private static final String BATCHED_ROWS =
      """
      WITH taken AS (
        UPDATE batch b SET allocated = allocated + 1 FROM unnest($1::text[]) AS batched (ref)
        WHERE b.ref = batched.ref COLLATE "C"),
      lines AS (
        INSERT INTO batched_line (order_id, sku, quantity, batch_ref)
        SELECT order_id, sku, 1, ref FROM unnest($2::text[], $3::text[], $4::text[])
          AS line (order_id, sku, ref))
      INSERT INTO batched_event (data) SELECT * FROM unnest($5::text[])
      """;

  /** Made in a database of its own. */
  static final String TABLES =
      """
      CREATE TABLE product (sku text COLLATE "C" PRIMARY KEY);
      CREATE TABLE batch (ref text COLLATE "C" PRIMARY KEY, sku text COLLATE "C" NOT NULL,
        purchased int NOT NULL, allocated int NOT NULL, eta date) WITH (fillfactor = 70);
      CREATE INDEX ON batch (sku);
      CREATE TABLE order_line (order_id text COLLATE "C", sku text COLLATE "C", quantity int NOT NULL,
        batch_ref text COLLATE "C" NOT NULL, PRIMARY KEY (order_id, sku));
      CREATE TABLE event (id bigserial PRIMARY KEY, sku text COLLATE "C" NOT NULL, data text NOT NULL);
      CREATE TABLE batched_line (LIKE order_line INCLUDING DEFAULTS, PRIMARY KEY (order_id, sku));
      CREATE INDEX ON batched_line (batch_ref, order_id);
      CREATE TABLE batched_event (id bigserial PRIMARY KEY, data text NOT NULL)
        WITH (toast_tuple_target = 128);
      ALTER TABLE batched_event ALTER data SET STORAGE MAIN;
      INSERT INTO product SELECT 'SKU-' || n FROM generate_series(0, 999) n;
      INSERT INTO batch SELECT 'batch-' || n, 'SKU-' || n, 1000000000, 0, NULL
        FROM generate_series(0, 999) n;
      """;

  private final List<PgConnection> connections = new ArrayList<>();
  private final Random random = new Random(1);
  private long orders;
  private long done;

  private SqlTransactions() {}

  /** The database's URI is the argument. */
  public static void main(String[] arguments) {
    try {
      serve(arguments[0]);
    } catch (Exception e) {
      // Vert.x's threads would keep the process, and whoever waits for an answer, waiting.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void serve(String uri) throws Exception {
    Vertx vertx = Vertx.vertx();
    SqlTransactions transactions = new SqlTransactions();
    PgConnectOptions server = PgConnectOptions.fromUri(uri).setCachePreparedStatements(true);
    for (int i = 0; i < CONNECTIONS; i++) {
      transactions.connections.add(await(PgConnection.connect(vertx, server)));
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = in.readLine(); order != null; order = in.readLine()) {
      String[] words = order.split(" ", -1);
      System.out.println(
          Child.ANSWER
              + transactions.run(words[0], Integer.parseInt(words[1]), Long.parseLong(words[2])));
    }
    await(vertx.close());
  }

  private String run(String kind, int skus, long milliseconds) throws Exception {
    done = 0;
    long begun = System.nanoTime();
    long end = begun + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    if (kind.equals(BATCHED)) {
      await(
          Future.all(
              IntStream.range(0, BATCHED_CONNECTIONS)
                  .mapToObj(n -> repeat(end, BATCH, () -> batched(connections.get(n), n, skus)))
                  .toList()));
    } else {
      await(
          Future.all(
              connections.stream()
                  .map(sql -> repeat(end, 1, () -> one(sql, kind.equals(CTE_KIND), skus)))
                  .toList()));
    }
    return done + " " + (System.nanoTime() - begun) / 1_000_000;
  }

  private Future<Void> repeat(long end, int lines, Supplier<Future<?>> transaction) {
    Promise<Void> over = Promise.promise();
    next(end, lines, transaction, over);
    return over.future();
  }

  /** A loop and not a chain of futures, which would grow with every transaction. */
  private void next(long end, int lines, Supplier<Future<?>> transaction, Promise<Void> over) {
    if (System.nanoTime() >= end) {
      over.complete();
      return;
    }
    transaction
        .get()
        .onSuccess(committed -> {
          synchronized (this) {
            done += lines;
          }
          next(end, lines, transaction, over);
        })
        .onFailure(over::fail);
  }

  private Future<?> one(PgConnection sql, boolean cte, int skus) {
    String sku;
    String order;
    synchronized (this) {
      sku = "SKU-" + random.nextInt(skus);
      order = "order-" + orders++;
    }
    String event =
        "{\"type\":\"Allocated\",\"orderId\":\"%s\",\"sku\":\"%s\",\"quantity\":1}"
            .formatted(order, sku);
    return cte ? cte(sql, sku, order, event) : interactive(sql, sku, order, event);
  }

  /** Of every second SKU from a random one on, so that no two connections want one. */
  private synchronized Future<?> batched(PgConnection sql, int connection, int skus) {
    int first = random.nextInt(skus / BATCHED_CONNECTIONS);
    String[] orderIds = new String[BATCH];
    String[] ofLines = new String[BATCH];
    String[] refs = new String[BATCH];
    String[] runs = new String[BATCH / RUN];
    Arrays.fill(runs, "");
    for (int i = 0; i < BATCH; i++) {
      int n = (first + i) % (skus / BATCHED_CONNECTIONS) * BATCHED_CONNECTIONS + connection;
      orderIds[i] = "order-" + orders++;
      ofLines[i] = "SKU-" + n;
      refs[i] = "batch-" + n;
      runs[i / RUN] += event(ofLines[i], orderIds[i], refs[i]);
    }
    return sql.preparedQuery(BATCHED_ROWS)
        .execute(Tuple.from(new Object[] {refs, orderIds, ofLines, refs, runs}));
  }

  /** As long as one of the service's. */
  private static String event(String sku, String orderId, String ref) {
    return """
    {"type":"Allocated","version":1,"shard":13,"position":1000000,"sku":"%s","orderId":"%s",\
    "quantity":1,"batchRef":"%s","eta":null,"at":"2026-01-01T00:00:00.123456Z",\
    "unitId":"00604089-9bdd-43d3-aab8-4e514b1b7481",\
    "correlationId":"34c1fba1-5977-4e58-b4e2-7e5aa6737e89-fffff"}
    """
        .formatted(sku, orderId, ref);
  }

  private static Future<?> interactive(PgConnection sql, String sku, String order, String event) {
    return sql.query("BEGIN")
        .execute()
        .compose(begun -> sql.preparedQuery(LOCK).execute(Tuple.of(sku)))
        .compose(locked -> sql.preparedQuery(TAKE).execute(Tuple.of(sku, 1)))
        .map(SqlTransactions::ref)
        .compose(ref -> sql.preparedQuery(INSERT_LINE).execute(Tuple.of(order, sku, 1, ref)))
        .compose(line -> sql.preparedQuery(INSERT_EVENT).execute(Tuple.of(sku, event)))
        .compose(told -> sql.query("COMMIT").execute());
  }

  private static String ref(RowSet<Row> rows) {
    return rows.iterator().next().getString(0);
  }

  private static Future<?> cte(PgConnection sql, String sku, String order, String event) {
    return sql.preparedQuery(CTE).execute(Tuple.of(sku, order, 1, event));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
