package allocation.embedded;

import allocation.embedded.LocalSettings.PulsarPorts;
import allocation.embedded.LocalSettings.Refused;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The run command: brings PostgreSQL, Pulsar and the service up, in this order, and takes them down
 * the other way round when it is told to stop. Servers that the environment names are used instead
 * of its own.
 */
public final class RunLocal {
  private final LocalSettings settings;
  private final Map<String, String> environment;
  private final Deque<Part> running = new ArrayDeque<>();
  private @Nullable DataFolder data;
  private boolean stopping;

  private RunLocal(LocalSettings settings, Map<String, String> environment) {
    this.settings = settings;
    this.environment = new HashMap<>(environment);
  }

  /** Runs until SIGINT or SIGTERM; exits with 1 and the reason when it cannot start. */
  public static void main(String[] arguments) {
    try {
      Map<String, String> environment = System.getenv();
      RunLocal local = new RunLocal(LocalSettings.from(environment), environment);
      Runtime.getRuntime().addShutdownHook(new Thread(local::stop, "stop"));
      local.start();
    } catch (Refused | DataFolder.InUse | IllegalStateException e) {
      // Waits for the hook, which takes down what is up already.
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private void start() throws Refused, DataFolder.InUse {
    long started = System.nanoTime();
    if (settings.needsData()) {
      takeData();
    }
    settings.checkPorts();
    if (settings.postgresPort().isPresent()) {
      startPostgres(settings.postgresPort().get());
    }
    if (settings.pulsarPorts().isPresent()) {
      startPulsar(settings.pulsarPorts().get());
    }
    startService();
    if (!isStopping()) {
      say("Ready in " + secondsSince(started) + " s. Ctrl-C stops everything; the data stays.");
    }
  }

  private synchronized void takeData() throws DataFolder.InUse {
    data = DataFolder.take(settings.data());
    // With the lock in hand: whoever runs here was left by a killed predecessor.
    new PostgresServer(data.path(), 0).stop();
    new PulsarServer(data.path(), 0, 0).stopOrphan();
  }

  private synchronized void startPostgres(int port) {
    if (stopping) {
      return;
    }
    PostgresServer server = new PostgresServer(settings.data(), port);
    up(new Part("PostgreSQL", server::stop), server::start);
    String uri = server.database().uri(PostgresDatabase.NAME);
    environment.put("POSTGRES_URI", uri);
    say("PostgreSQL     " + uri);
  }

  private synchronized void startPulsar(PulsarPorts ports) {
    if (stopping) {
      return;
    }
    PulsarServer server = new PulsarServer(settings.data(), ports.broker(), ports.web());
    up(new Part("Pulsar", server::stop), server::start);
    environment.put("PULSAR_SERVICE_URL", server.serviceUrl());
    environment.put("PULSAR_ADMIN_URL", server.adminUrl());
    say("Pulsar         " + server.serviceUrl() + "   REST " + server.adminUrl());
    Thread.ofPlatform().daemon().name("pulsar-watch").start(() -> watch(server));
  }

  private synchronized void startService() {
    if (stopping) {
      return;
    }
    environment.put("HTTP_PORT", Integer.toString(settings.httpPort()));
    LocalService service = LocalService.start(environment);
    running.push(new Part("Service", service::close));
    String address = "http://localhost:" + settings.httpPort();
    say("Service        " + address);
    say("Documentation  " + address + "/docs");
  }

  /** Starts a part; one that fails half-way is taken down like the others. */
  private void up(Part part, Runnable start) {
    running.push(part);
    start.run();
  }

  /** Waits for a part that is just starting, so that none is left behind. */
  private synchronized void stop() {
    stopping = true;
    while (!running.isEmpty()) {
      Part part = running.pop();
      try {
        part.stop().run();
        say(part.name() + " stopped");
      } catch (RuntimeException e) {
        // The others must go down all the same.
        System.err.println(part.name() + " did not stop: " + e);
      }
    }
    if (data != null) {
      data.close();
    }
  }

  private void watch(PulsarServer server) {
    server.awaitEnd();
    if (!isStopping()) {
      System.err.println("Pulsar has ended by itself; its log is pulsar.log in the data folder");
    }
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  private static double secondsSince(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime).toMillis() / 1000.0;
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private record Part(String name, Runnable stop) {}
}
