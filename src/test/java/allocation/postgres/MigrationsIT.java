package allocation.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.embedded.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

final class MigrationsIT {
  /** What is there once is not made a second time. */
  private static final String WITHOUT_10 =
      """
      DROP FUNCTION make_views;
      ALTER FUNCTION make_view_tables RENAME TO make_views;
      DROP FUNCTION sample_few_rows;
      """;

  @Test
  void makes_an_empty_database_ready_and_leaves_a_ready_one_alone() throws SQLException {
    String uri = Servers.newDatabase("empty");

    Migrations.migrate(uri, 8);
    Migrations.migrate(uri, 8);

    assertThat(one(uri, "SELECT count(*) FROM shard")).isEqualTo(8);
    assertThat(one(uri, "SELECT count(*) FROM views.product_view")).isZero();
  }

  @Test
  void refuses_another_number_of_shards_than_the_database_was_made_with() {
    String uri = Servers.newDatabase("eight");
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
    String uri = Servers.newDatabase("newer");
    Migrations.migrate(uri, 8);
    run(
        uri,
        """
        INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
          checksum, installed_by, execution_time, success)
        VALUES (1000, '1000', 'of the future', 'SQL', 'V1000__of_the_future.sql', 1, 'me', 1, true)
        """);

    Migrations.migrate(uri, 8);

    assertThat(one(uri, "SELECT count(*) FROM shard")).isEqualTo(8);
  }

  @Test
  void of_two_answers_of_one_key_that_an_older_service_has_stored_the_first_is_kept()
      throws SQLException {
    String uri = Servers.newDatabase("older");
    Migrations.migrate(uri, 8);
    run(
        uri,
        WITHOUT_10
            + """
            DELETE FROM flyway_schema_history WHERE version::int >= 7;
            ALTER TABLE command_answer DROP CONSTRAINT command_answer_key;
            ALTER TABLE command_answer ADD CONSTRAINT command_answer_key PRIMARY KEY (shard, scope, id);
            INSERT INTO command_answer VALUES
              (1, 's', 'twice', 'f', 'o', 'late', '2026-01-02'),
              (2, 's', 'twice', 'f', 'o', 'first', '2026-01-01'),
              (3, 'other', 'twice', 'f', 'o', 'other', '2026-01-03');
            """);

    Migrations.migrate(uri, 8);

    assertThat(one(uri, "SELECT count(*) FROM command_answer")).isEqualTo(2);
    assertThat(one(uri, "SELECT count(*) FROM command_answer WHERE unit_id = 'first'")).isOne();
  }

  @Test
  void of_what_only_grows_few_rows_are_read_for_statistics() throws SQLException {
    String uri = Servers.newDatabase("samples");
    Migrations.migrate(uri, 8);
    run(uri, "SELECT make_event_partitions(3, 25000000); SELECT make_views('views_next')");

    String columns =
        """
        SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p') AND c.relname ~ '^(order_line|event_run|order_view)'
          AND a.attnum > 0
        """;
    assertThat(one(uri, columns + " AND a.attstattarget = 10")).isEqualTo(one(uri, columns));
    assertThat(one(uri, columns + " AND c.relname = 'event_run_3_2'")).isEqualTo(6);
    assertThat(one(uri, columns + " AND c.relname = 'order_view'")).isEqualTo(12);
  }

  @Test
  void so_it_is_with_views_that_an_older_service_builds_again_meanwhile() throws SQLException {
    String uri = Servers.newDatabase("rebuild");
    Migrations.migrate(uri, 8);
    run(
        uri,
        WITHOUT_10
            + """
            DELETE FROM flyway_schema_history WHERE version::int >= 10;
            SELECT make_views('views_next');
            """);

    Migrations.migrate(uri, 8);

    assertThat(
            one(
                uri,
                """
                SELECT count(*) FROM pg_attribute
                WHERE attrelid = 'views_next.order_view'::regclass AND attnum > 0
                  AND attstattarget = 10
                """))
        .isEqualTo(6);
  }

  private static void run(String uri, String sql) throws SQLException {
    try (Connection connection = connect(uri);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int one(String uri, String sql) throws SQLException {
    try (Connection connection = connect(uri);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static Connection connect(String uri) throws SQLException {
    return Servers.postgres().connect(uri.substring(uri.lastIndexOf('/') + 1));
  }
}
