package allocation.postgres;

import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Brings a database to the schema of this service: the numbered files in {@code db}. Several
 * services may do so at once; a database that a newer service has brought further is left as it is.
 */
public final class Migrations {
  private static final int CONNECT_TIMEOUT_S = 10;

  /** The schema cannot be what this service needs; the message is for the operator. */
  public static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }

    Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static final String LATEST = "latest";

  private Migrations() {}

  /**
   * Migrates a database; blocks, so keep it off the event loop. Throws {@link Failed} when the
   * database cannot be reached or migrated, or was made with another number of shards.
   *
   * @param uri postgresql://user:password@host:port/database?sslmode=…
   */
  public static void migrate(String uri, int shards) {
    migrate(PgConnectOptions.fromUri(uri), shards);
  }

  /** As above, for a server that is described by the options of its pool. */
  public static void migrate(PgConnectOptions server, int shards) {
    migrate(server, shards, LATEST);
  }

  static void migrate(PgConnectOptions server, int shards, String target) {
    PGSimpleDataSource database = dataSource(server);
    try {
      // Wait for whoever migrates now; Flyway's lock lets one service at a time do it.
      Flyway.configure()
          .loggers("slf4j")
          .dataSource(database)
          .locations("classpath:db")
          .target(target)
          .placeholders(Map.of("shards", String.valueOf(shards)))
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new Failed("database %s cannot be migrated: %s".formatted(name(server), why(e)), e);
    }
    requireShards(database, server, shards);
  }

  private static PGSimpleDataSource dataSource(PgConnectOptions server) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setServerNames(new String[] {server.getHost()});
    database.setPortNumbers(new int[] {server.getPort()});
    database.setDatabaseName(server.getDatabase());
    database.setUser(server.getUser());
    database.setPassword(server.getPassword());
    database.setSslMode(server.getSslMode().value);
    if (server.getSslOptions() != null
        && server.getSslOptions().getTrustOptions() instanceof PemTrustOptions known) {
      database.setSslRootCert(known.getCertPaths().getFirst());
    }
    database.setConnectTimeout(CONNECT_TIMEOUT_S);
    database.setApplicationName("allocation-migrations");
    return database;
  }

  private static void requireShards(
      PGSimpleDataSource database, PgConnectOptions server, int shards) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM shard")) {
      rows.next();
      int found = rows.getInt(1);
      if (found != shards) {
        throw new Failed(
            "database %s was made with %d shards, but the setting is %d; the number is for good"
                .formatted(name(server), found, shards));
      }
    } catch (SQLException e) {
      throw new Failed("database %s cannot be read: %s".formatted(name(server), why(e)), e);
    }
  }

  private static String name(PgConnectOptions server) {
    return "%s on %s:%d".formatted(server.getDatabase(), server.getHost(), server.getPort());
  }

  /** The innermost message, in one line; the end of a connection comes with none. */
  private static String why(Throwable thrown) {
    String why = "";
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      why =
          Objects.requireNonNullElse(cause.getMessage(), "")
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .findFirst()
              .orElse(why);
    }
    return why;
  }
}
