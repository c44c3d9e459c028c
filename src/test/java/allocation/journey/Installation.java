package allocation.journey;

import allocation.Main;
import allocation.Service;
import allocation.embedded.Ports;
import allocation.embedded.PostgresDatabase;
import allocation.embedded.Servers;
import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** A database and a Pulsar namespace of their own, the services on them, and a look behind both. */
final class Installation implements AutoCloseable {
  /** Few, so that a service starts fast and SKUs share them. */
  static final int SHARDS = 4;

  private static final long START_LIMIT_S = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** Followers that act outside the database, and move their cursor once they have. */
  private static final String BEHIND =
      """
      SELECT string_agg(f.name || ' ' || s.shard || ' is at ' || coalesce(c.position, 0)
                        || ' of ' || s.position, ', ')
      FROM shard s
      CROSS JOIN (VALUES ('publisher'), ('line-allocated'), ('buyer-notices')) AS f (name)
      LEFT JOIN follower c ON c.name = f.name AND c.shard = s.shard
      WHERE coalesce(c.position, 0) < s.position
      """;

  private final PostgresDatabase server;
  private final String databaseName;
  private final String databaseUri;
  private final Broker broker;
  private Connection database;
  private final List<Service> services = new ArrayList<>();

  /** Where Pulsar is, and where in it. */
  record Broker(String serviceUrl, String adminUrl, String namespace) {
    /** The one that tests share, with a namespace of this installation's own. */
    static Broker shared(String name) {
      return new Broker(
          Servers.pulsarServiceUrl(), Servers.pulsarAdminUrl(), Servers.newNamespace(name));
    }
  }

  Installation(String name) {
    this(
        name,
        Servers.postgres(),
        PgConnectOptions.fromUri(Servers.newDatabase(name)).getDatabase());
  }

  /** On a server that the test may harm, with a database that is there. */
  Installation(String name, PostgresDatabase server, String databaseName) {
    this(server, databaseName, Broker.shared(name));
  }

  /** With a Pulsar that the test may harm. */
  Installation(PostgresDatabase server, String databaseName, Broker broker) {
    this.server = server;
    this.databaseName = databaseName;
    databaseUri = server.uri(databaseName);
    this.broker = broker;
    database = connect();
  }

  private Connection connect() {
    try {
      return server.connect(databaseName);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The server was away, and with it the session that looks behind the service. */
  void reconnect() {
    database = connect();
  }

  /** What a service has to be told to run here, as in the environment. */
  Map<String, String> settings() {
    return Map.of(
        "SHARDS", String.valueOf(SHARDS),
        // Nobody has to see that it leaves.
        "HTTP_LEAVE_DELAY_MS", "0",
        // Also where there are two processors: what can go wrong between handlers is to be seen.
        "HANDLER_INSTANCES", "2",
        "POSTGRES_URI", databaseUri,
        "PULSAR_SERVICE_URL", broker.serviceUrl(),
        "PULSAR_ADMIN_URL", broker.adminUrl(),
        "PULSAR_NAMESPACE", broker.namespace());
  }

  /** Starts one more service here; {@code settings} as in the environment. */
  Client start(Map<String, String> settings) {
    int port = Ports.free();
    Map<String, String> environment = new HashMap<>(settings());
    environment.put("HTTP_HOST", "127.0.0.1");
    environment.put("HTTP_PORT", String.valueOf(port));
    environment.putAll(settings);
    services.add(Main.result(Service.start(environment).timeout(START_LIMIT_S, TimeUnit.SECONDS)));
    return new Client(port);
  }

  /** Stops all services in the order they came; what they did stays. */
  void stop() {
    services.forEach(service -> Main.result(service.stop()));
    services.clear();
  }

  Topic topic(String name) {
    return new Topic(broker.serviceUrl(), broker.namespace(), name);
  }

  /** Looks again and again until it is so. */
  void eventually(String what, ThrowingRunnable isSo) {
    Awaitility.await(what).atMost(PATIENCE).untilAsserted(isSo);
  }

  /** Waits until every fact is on its topics and told to the buyer. */
  void settle() {
    Awaitility.await("every follower is where its shard is")
        .atMost(PATIENCE)
        .until(() -> rows(BEHIND).getFirst().getFirst().equals("null"));
  }

  /** Every event's JSON, by shard and position. */
  List<List<String>> log() {
    return rows("SELECT shard, position, sku, data FROM event ORDER BY shard, position");
  }

  /** The rows as text. */
  List<List<String>> rows(String sql) {
    try (Statement statement = database.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<String>> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(result.getString(i)));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    stop();
    try {
      database.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
