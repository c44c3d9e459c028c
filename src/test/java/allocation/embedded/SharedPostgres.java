package allocation.embedded;

import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The one PostgreSQL of a test JVM; starts when the class is first used. */
final class SharedPostgres {
  static final PostgresDatabase DATABASE = Docker.IS_AVAILABLE ? container() : embedded();

  private SharedPostgres() {}

  private static PostgresDatabase embedded() {
    PostgresServer server = new PostgresServer(TestFolder.PATH, Ports.free());
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop-postgres"));
    System.out.println("PostgreSQL for tests: embedded, " + server.database());
    return server.database();
  }

  // Testcontainers' own reaper removes it when this JVM is gone.
  @SuppressWarnings("resource")
  private static PostgresDatabase container() {
    PostgreSQLContainer container =
        new PostgreSQLContainer("postgres:17")
            .withUsername(PostgresDatabase.USER)
            .withPassword(PostgresDatabase.PASSWORD)
            .withDatabaseName(PostgresDatabase.NAME)
            .withCommand("postgres", "-c", "max_connections=200");
    // Over TCP: while the image makes its database, its server answers on a socket alone.
    container.waitingFor(
        Wait.forSuccessfulCommand("pg_isready -h 127.0.0.1 -U " + PostgresDatabase.USER));
    container.start();
    PostgresDatabase database =
        new PostgresDatabase(
            container.getHost(), container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT));
    System.out.println("PostgreSQL for tests: container, " + database);
    return database;
  }
}
