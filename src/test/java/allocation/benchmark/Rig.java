package allocation.benchmark;

import allocation.embedded.Ports;
import allocation.embedded.PostgresDatabase;
import allocation.embedded.PostgresServer;
import allocation.embedded.PulsarServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.List;
import java.util.Map;

/** Everything that is measured, each a process of its own, on empty data. */
final class Rig implements AutoCloseable {
  static final String SERVICE = "service";
  static final String POSTGRES = "PostgreSQL";
  static final String PULSAR = "Pulsar";
  static final String NO_OP = "no-op";
  static final String TRANSACTIONS = "transactions";
  static final String LOAD = "load";

  /** As in docker-compose.yml; by default it is made for the smallest of machines. */
  static final String SHARED_BUFFERS = "1GB";

  /**
   * As there, too: a checkpoint makes what comes after it dear, and so does a file of the log that
   * has to be made before it is written. Both the most and the least that is kept.
   */
  static final String WAL_SIZE = "4GB";

  /**
   * Goes through the log once, 16 MB at a time, so that from now on its files are used again, as in
   * a server that has run for some time. A file that is made takes 16 MB of zeros and a word of the
   * disk, while a unit of work waits: 50 to 80 ms.
   */
  private static final String USE_THE_WAL_UP =
      """
      DO $$
      BEGIN
        FOR file IN 1 .. 240 LOOP
          PERFORM pg_logical_emit_message(false, 'benchmark', 'next');
          PERFORM pg_switch_wal();
        END LOOP;
      END $$
      """;

  private static final String BASELINE_DATABASE = "baseline";
  private static final String TENANT = "public/";
  private static final String NAMESPACE = TENANT + "default";

  private final Path folder;
  private final PostgresServer postgres;
  private final PulsarServer pulsar;
  private final JvmSettings jvm;
  private final int noOpPort = Ports.free();
  private final Child noOp;
  private final Child transactions;
  private final ServiceProcess service;
  private final CpuTime cpu;
  private final String hugePages;
  private boolean pulsarRuns = true;

  Rig(Path folder, JvmSettings jvm) throws SQLException {
    this.folder = folder;
    this.jvm = jvm;
    empty(folder);
    postgres =
        new PostgresServer(folder, Ports.free())
            .with("shared_buffers", SHARED_BUFFERS)
            .with("max_wal_size", WAL_SIZE)
            .with("min_wal_size", WAL_SIZE);
    postgres.start();
    pulsar = new PulsarServer(folder, Ports.free(), Ports.free()).optimized();
    pulsar.start();
    PostgresDatabase server = postgres.database();
    server.create(BASELINE_DATABASE);
    try (Connection sql = server.connect(BASELINE_DATABASE);
        Statement statement = sql.createStatement()) {
      statement.execute(USE_THE_WAL_UP);
      statement.execute("CHECKPOINT");
      statement.execute(SqlTransactions.TABLES);
      try (ResultSet status = statement.executeQuery("SHOW huge_pages_status")) {
        status.next();
        hugePages = status.getString(1);
      }
    }
    service = start(PostgresDatabase.NAME, NAMESPACE, jvm.service());
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
    cpu = cpuWith(service);
    cpu.watch(NO_OP, noOp::handle);
    cpu.watch(TRANSACTIONS, transactions::handle);
  }

  /** The one that most rows are about. */
  ServiceProcess service() {
    return service;
  }

  /** Whether PostgreSQL's shared memory is on huge pages ({@code on}, {@code off}). */
  String hugePages() {
    return hugePages;
  }

  int noOpPort() {
    return noOpPort;
  }

  /** Of all processes but the services beside {@link #service}. */
  CpuTime cpu() {
    return cpu;
  }

  /** Of the servers and another service. */
  CpuTime cpuWith(ServiceProcess watched) {
    CpuTime clock = new CpuTime();
    clock.watch(SERVICE, watched::handle);
    clock.watchTree(POSTGRES, postgres::process);
    if (pulsarRuns) {
      clock.watch(PULSAR, pulsar::process);
    }
    clock.watch(LOAD, ProcessHandle::current);
    return clock;
  }

  boolean pulsarRuns() {
    return pulsarRuns;
  }

  /** Transactions made in a second. */
  double transactions(String kind, int skus, Duration duration) {
    String[] words = transactions.ask(kind + " " + skus + " " + duration.toMillis()).split(" ", -1);
    return Long.parseLong(words[0]) * 1_000.0 / Long.parseLong(words[1]);
  }

  /** Makes an empty database, and topics of its own for the service that is to work on it. */
  void makeRoomFor(String database) {
    postgres.database().create(database);
    if (!pulsarRuns) {
      return;
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest make =
          HttpRequest.newBuilder(
                  URI.create(pulsar.adminUrl() + "/admin/v2/namespaces/" + TENANT + database))
              .header("Content-Type", "application/json")
              .PUT(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      HttpResponse<String> answer = client.send(make, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 204) {
        throw new IllegalStateException("no namespace: " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Starts another service, on a database that {@link #makeRoomFor} made. */
  ServiceProcess start(String database) {
    return start(database, TENANT + database, jvm.service());
  }

  /** Starts another service on such a database, with more settings. */
  ServiceProcess start(String database, Map<String, String> settings) {
    return start(database, TENANT + database, jvm.service(), settings);
  }

  /** Starts it as {@link JvmSettings#archivedService} has it. */
  ServiceProcess startArchived(String database) {
    return start(database, TENANT + database, jvm.archivedService(folder));
  }

  private ServiceProcess start(String database, String namespace, List<String> arguments) {
    return start(database, namespace, arguments, Map.of());
  }

  private ServiceProcess start(
      String database, String namespace, List<String> arguments, Map<String, String> settings) {
    int port = Ports.free();
    Map<String, String> environment = new HashMap<>();
    environment.put("POSTGRES_URI", postgres.database().uri(database));
    environment.put("PULSAR_SERVICE_URL", pulsar.serviceUrl());
    environment.put("PULSAR_ADMIN_URL", pulsar.adminUrl());
    environment.put("PULSAR_NAMESPACE", namespace);
    environment.put("HTTP_PORT", Integer.toString(port));
    environment.put("HTTP_HOST", "127.0.0.1");
    environment.put("LOG_LEVEL", "warn");
    environment.putAll(settings);
    Child child =
        Child.java(folder.resolve("service-" + database + ".log"), environment, arguments)
            .untilReady(port);
    return new ServiceProcess(
        child, port, new Followers(postgres.database(), database, this::pulsarRuns));
  }

  /** Once it has been told everything. */
  void stopPulsar() {
    service.followers().untilDone();
    pulsar.stop();
    cpu.forget(PULSAR);
    pulsarRuns = false;
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
