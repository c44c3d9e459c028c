package allocation.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MigrationsIT {
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Test
  void makes_an_empty_database_ready_and_leaves_a_ready_one_alone() throws SQLException {
    String uri = newDatabase("empty");

    Migrations.migrate(uri, 8);
    Migrations.migrate(uri, 8);

    assertThat(one("empty", "SELECT count(*) FROM shard")).isEqualTo(8);
    assertThat(one("empty", "SELECT count(*) FROM views.product_view")).isZero();
  }

  @Test
  void refuses_another_number_of_shards_than_the_database_was_made_with() throws SQLException {
    String uri = newDatabase("eight");
    Migrations.migrate(uri, 8);

    assertThatThrownBy(() -> Migrations.migrate(uri, 16))
        .isInstanceOf(Migrations.Failed.class)
        .hasMessageContaining("8 shards, but the setting is 16");
  }

  @Test
  void names_the_server_that_it_cannot_reach_and_never_the_password() {
    assertThatThrownBy(
            () -> Migrations.migrate("postgresql://me:top-secret@localhost:1/nowhere", 16))
        .isInstanceOf(Migrations.Failed.class)
        .hasMessageContaining("nowhere on localhost:1")
        .hasMessageNotContaining("top-secret");
  }

  @Test
  void leaves_a_database_alone_that_a_newer_service_has_migrated() throws SQLException {
    String uri = newDatabase("newer");
    Migrations.migrate(uri, 8);
    run(
        "newer",
        """
        INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
          checksum, installed_by, execution_time, success)
        VALUES (1000, '1000', 'of the future', 'SQL', 'V1000__of_the_future.sql', 1, 'me', 1, true)
        """);

    Migrations.migrate(uri, 8);

    assertThat(one("newer", "SELECT count(*) FROM shard")).isEqualTo(8);
  }

  private static String newDatabase(String name) throws SQLException {
    run("postgres", "CREATE DATABASE \"" + name + "\"");
    return "postgresql://postgres:postgres@localhost:%d/%s".formatted(server.getPort(), name);
  }

  private static void run(String database, String sql) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int one(String database, String sql) throws SQLException {
    try (Connection connection = server.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
