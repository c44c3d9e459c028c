package allocation.postgres;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.Config;
import allocation.embedded.Ports;
import allocation.embedded.PostgresServer;
import allocation.given.Certificates;
import allocation.given.Stranger;
import allocation.tls.Identity;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pool and the migrations talk to the server that the settings mean, and to no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PgOverTlsIT {
  private static final String ENCRYPTED =
      "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

  private final Vertx vertx = Vertx.vertx();
  private Certificates known;
  private Certificates unknown;
  private Identity shown;
  private PostgresServer postgres;

  @BeforeAll
  void start(@TempDir Path folder, @TempDir Path elsewhere, @TempDir Path data) {
    known = new Certificates(folder);
    unknown = new Certificates(elsewhere);
    shown = known.good("postgres");
    postgres =
        new PostgresServer(data, Ports.free())
            .with("ssl", "on")
            .with("ssl_cert_file", shown.certificate().toString())
            .with("ssl_key_file", shown.key().toString());
    postgres.start();
  }

  @AfterAll
  void stop() {
    result(vertx.close());
    postgres.stop();
  }

  @Test
  void who_is_as_the_settings_say_is_talked_to() {
    shows(known.good("renewed"));
    PgConnectOptions server = server("verify-full");

    Migrations.migrate(server, 4);

    assertThat(isEncrypted(server)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void a_stranger_is_not(Stranger stranger) {
    shows(stranger.identity(known, unknown));

    refuses(server("verify-full"));
    refuses(server("verify-ca"));
  }

  @Test
  void nor_is_who_has_a_certificate_for_another_host() {
    shows(known.ofAnotherHost("elsewhere"));

    refuses(server("verify-full"));
    // Which is what the weaker word means.
    assertThat(isEncrypted(server("verify-ca"))).isTrue();
  }

  @Test
  void whoever_it_is_nobody_listens_where_encryption_is_all_that_is_asked_for() {
    shows(known.selfSigned("unknown"));
    PgConnectOptions server = settings("require", "");

    Migrations.migrate(server, 4);

    assertThat(isEncrypted(server)).isTrue();
  }

  private boolean isEncrypted(PgConnectOptions server) {
    Pool pool = PgSession.pool(vertx, "allocation", server, 1, 4_000);
    try {
      return result(pool.query(ENCRYPTED).execute()).iterator().next().getBoolean(0);
    } finally {
      result(pool.close());
    }
  }

  private void refuses(PgConnectOptions server) {
    Pool pool = PgSession.pool(vertx, "allocation", server, 1, 4_000);
    try {
      assertThat(failure(pool.query("SELECT 1").execute())).hasStackTraceContaining("SSL");
      assertThatThrownBy(() -> Migrations.migrate(server, 4))
          .isInstanceOf(Migrations.Failed.class)
          .hasMessageContaining("cannot be migrated");
    } finally {
      result(pool.close());
    }
  }

  private void shows(Identity identity) {
    Certificates.replace(shown, identity);
    postgres.reload();
  }

  private PgConnectOptions server(String mode) {
    return settings(mode, known.authorities().file().toString());
  }

  private PgConnectOptions settings(String mode, String authorities) {
    return Config.from(
            Map.of(
                "POSTGRES_URI",
                postgres.database().uri("allocation") + "?sslmode=" + mode,
                "POSTGRES_TLS_AUTHORITIES",
                authorities,
                "PULSAR_SERVICE_URL",
                "pulsar://nowhere:6650",
                "PULSAR_ADMIN_URL",
                "http://nowhere:8080"))
        .postgres()
        .server();
  }
}
