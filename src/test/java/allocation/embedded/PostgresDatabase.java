package allocation.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Where a PostgreSQL server is reached, and the databases on it.
 *
 * @param host name or address
 * @param port TCP port
 */
public record PostgresDatabase(String host, int port) {
  /** The user of the embedded servers and of the containers. */
  public static final String USER = "allocation";

  /** Not a secret: the servers listen on this machine only. */
  public static final String PASSWORD = "allocation";

  /** The database that the run command uses. */
  public static final String NAME = "allocation";

  /** The connection URI as the service takes it. */
  public String uri(String database) {
    return "postgresql://%s:%s@%s:%d/%s".formatted(USER, PASSWORD, host, port, database);
  }

  /** A new JDBC connection, for a test that looks behind the service's back. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(host, port, database), USER, PASSWORD);
  }

  /** Makes a database. */
  public void create(String database) {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE \"" + database.replace("\"", "\"\"") + "\"");
    } catch (SQLException e) {
      throw new IllegalStateException("cannot make the database " + database, e);
    }
  }

  void createIfMissing(String database) {
    if (!exists(database)) {
      create(database);
    }
  }

  private boolean exists(String database) {
    try (Connection connection = connect("postgres");
        var query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      query.setString(1, database);
      try (ResultSet found = query.executeQuery()) {
        return found.next();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot ask PostgreSQL on port " + port, e);
    }
  }
}
