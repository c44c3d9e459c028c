package allocation.benchmark;

import static org.awaitility.Awaitility.await;

import allocation.embedded.Ports;
import allocation.embedded.PostgresDatabase;
import allocation.embedded.PostgresServer;
import allocation.embedded.PulsarServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Everything that is measured, each a process of its own, on empty data. */
final class Rig implements AutoCloseable {
  private static final Duration DRAIN_LIMIT = Duration.ofMinutes(10);
  private static final String BASELINE_DATABASE = "baseline";

  private final Path folder;
  private final PostgresServer postgres;
  private final PulsarServer pulsar;
  private final JvmSettings jvm;
  private final int servicePort = Ports.free();
  private final int noOpPort = Ports.free();
  private final Child noOp;
  private final Child transactions;
  private final CpuTime cpu = new CpuTime();
  private final Child service;
  private boolean pulsarRuns = true;

  Rig(Path folder, JvmSettings jvm) throws SQLException {
    this.folder = folder;
    this.jvm = jvm;
    empty(folder);
    postgres = new PostgresServer(folder, Ports.free());
    postgres.start();
    pulsar = new PulsarServer(folder, Ports.free(), Ports.free());
    pulsar.start();
    PostgresDatabase server = postgres.database();
    server.create(BASELINE_DATABASE);
    try (Connection sql = server.connect(BASELINE_DATABASE);
        Statement statement = sql.createStatement()) {
      statement.execute(SqlTransactions.TABLES);
    }
    service = startService();
    String noOpClass = NoOpServer.class.getName();
    noOp =
        Child.java(
                folder.resolve("noop.log"),
                Map.of(),
                jvm.arguments(jvm.testClassPath(), noOpClass, Integer.toString(noOpPort)))
            .untilReady(noOpPort);
    transactions =
        Child.talkingJava(
            folder.resolve("transactions.log"),
            jvm.arguments(
                jvm.testClassPath(),
                SqlTransactions.class.getName(),
                server.uri(BASELINE_DATABASE)));
    cpu.watch("service", service::handle);
    cpu.watchTree("PostgreSQL", postgres::process);
    cpu.watch("no-op", noOp::handle);
    cpu.watch("transactions", transactions::handle);
    cpu.watch("load", ProcessHandle::current);
  }

  int servicePort() {
    return servicePort;
  }

  int noOpPort() {
    return noOpPort;
  }

  CpuTime cpu() {
    return cpu;
  }

  Connection database() throws SQLException {
    return postgres.database().connect(PostgresDatabase.NAME);
  }

  /** Transactions made in a second. */
  double transactions(String kind, int skus, Duration duration) {
    String[] words = transactions.ask(kind + " " + skus + " " + duration.toMillis()).split(" ", -1);
    return Long.parseLong(words[0]) * 1_000.0 / Long.parseLong(words[1]);
  }

  private Child startService() {
    Map<String, String> environment = new HashMap<>();
    environment.put("POSTGRES_URI", postgres.database().uri(PostgresDatabase.NAME));
    environment.put("PULSAR_SERVICE_URL", pulsar.serviceUrl());
    environment.put("PULSAR_ADMIN_URL", pulsar.adminUrl());
    environment.put("HTTP_PORT", Integer.toString(servicePort));
    environment.put("HTTP_HOST", "127.0.0.1");
    environment.put("LOG_LEVEL", "warn");
    return Child.java(folder.resolve("service.log"), environment, jvm.service())
        .untilReady(servicePort);
  }

  /** Once it has been told everything. */
  void stopPulsar() {
    untilFollowed();
    pulsar.stop();
    pulsarRuns = false;
  }

  /** Waits until every follower that can go on has read the whole log. */
  void untilFollowed() {
    await("followers")
        .atMost(DRAIN_LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> lag() == 0);
  }

  /** Events that followers have yet to read, of all of them together. */
  private long lag() {
    String ofPulsar = pulsarRuns ? "" : "WHERE f.name NOT IN ('publisher', 'line-allocated')";
    return number(
        "SELECT coalesce(sum(s.position - f.position), 0) FROM follower f JOIN shard s"
            + " USING (shard) "
            + ofPulsar);
  }

  private long number(String query) {
    try (Connection sql = database();
        Statement statement = sql.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  @Override
  public void close() {
    service.close();
    noOp.close();
    transactions.close();
    if (pulsarRuns) {
      pulsar.stop();
    }
    postgres.stop();
  }

  private static void empty(Path folder) {
    new PostgresServer(folder, 0).stop();
    try {
      if (Files.exists(folder)) {
        Files.walkFileTree(folder, new Remover());
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failed) throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
