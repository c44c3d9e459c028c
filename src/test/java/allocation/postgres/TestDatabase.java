package allocation.postgres;

import allocation.embedded.Servers;
import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A migrated database of 16 shards, with a way to look behind the service's back. */
public final class TestDatabase implements AutoCloseable {
  private final PgConnectOptions options;
  private final Connection connection;

  private TestDatabase(String uri) throws SQLException {
    options = PgConnectOptions.fromUri(uri);
    connection = Servers.postgres().connect(options.getDatabase());
  }

  /** Makes one. */
  public static TestDatabase create(String name) {
    return createAt(name, "latest");
  }

  /** Makes one as it was at a version of the schema. */
  static TestDatabase createAt(String name, String version) {
    String uri = Servers.newDatabase(name);
    Migrations.migrate(PgConnectOptions.fromUri(uri), 16, version);
    try {
      return new TestDatabase(uri);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Brings it to the newest version. */
  void migrate() {
    Migrations.migrate(options(), 16);
  }

  /** How a client reaches it. */
  public PgConnectOptions options() {
    return new PgConnectOptions(options);
  }

  /** Takes everything out of the write side. */
  public void empty() {
    run("TRUNCATE batch_ref, batch, order_line, shortage, command_answer, event_run, settled_unit");
    run("UPDATE shard SET position = 0");
  }

  public void run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of each row, as text. */
  public List<String> texts(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(String.valueOf(rows.getString(1)));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  public long number(String sql) {
    return Long.parseLong(texts(sql).getFirst());
  }

  /** Sessions of the service that wait for a lock. */
  public int waiting() {
    return Math.toIntExact(
        number(
            "SELECT count(*) FROM pg_stat_activity WHERE "
                + OURS
                + " AND wait_event_type = 'Lock'"));
  }

  /** Ends the sessions of the service; {@code where} says which of them. */
  public void kill(String where) {
    run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + OURS + " AND " + where);
  }

  private static final String OURS = "datname = current_database() AND pid <> pg_backend_pid()";

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
