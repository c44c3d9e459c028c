package allocation.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresServerIT {
  private final int port = Ports.free();
  @TempDir private Path folder;
  private PostgresServer server;

  @BeforeEach
  void start() {
    server = new PostgresServer(folder, port);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void keeps_what_it_said_it_has_through_a_stop_a_crash_and_an_orphan() throws Exception {
    execute("CREATE TABLE kept (id int)");
    execute("INSERT INTO kept VALUES (1)");

    server.stop();
    server.start();
    execute("INSERT INTO kept VALUES (2)");
    server.kill();
    server.start();
    execute("INSERT INTO kept VALUES (3)");
    PostgresServer next = new PostgresServer(folder, port);
    next.start();

    assertThat(ask("SELECT string_agg(id::text, ',' ORDER BY id) FROM kept")).isEqualTo("1,2,3");
  }

  @Test
  void has_on_the_disk_what_it_has_committed() throws Exception {
    assertThat(ask("SELECT current_setting('fsync')")).isEqualTo("on");
    assertThat(ask("SELECT current_setting('synchronous_commit')")).isEqualTo("on");
    assertThat(ask("SELECT current_setting('full_page_writes')")).isEqualTo("on");
  }

  @Test
  void a_frozen_server_goes_on_where_it_was() throws Exception {
    try (Connection connection = server.database().connect(PostgresDatabase.NAME)) {
      server.freeze();
      assertThat(connection.isValid(1)).isFalse();

      server.thaw();
    }

    assertThat(ask("SELECT 'here'")).isEqualTo("here");
  }

  @Test
  void a_port_that_is_taken_is_named_with_the_reason() throws Exception {
    server.stop();

    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThatIllegalStateException()
          .isThrownBy(server::start)
          .withMessageContaining("did not start on port " + taken.getLocalPort())
          .withMessageContaining("Address already in use");
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = server.database().connect(PostgresDatabase.NAME);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String ask(String sql) throws SQLException {
    try (Connection connection = server.database().connect(PostgresDatabase.NAME);
        Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(sql)) {
      answer.next();
      return answer.getString(1);
    }
  }
}
