package allocation.embedded;

import allocation.Main;
import allocation.embedded.LocalSettings.Refused;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The run command: brings PostgreSQL, Pulsar and the service up, in this order, and takes them down
 * the other way round when it is told to stop. Servers that the environment names are used instead
 * of its own. With a port as its argument it is one more node, with its HTTP there, on the servers
 * of another run command.
 */
public final class RunLocal {
  private final LocalSettings settings;
  private final Deque<Part> running = new ArrayDeque<>();
  private @Nullable DataFolder data;
  private boolean stopping;

  private RunLocal(LocalSettings settings) {
    this.settings = settings;
  }

  /** Runs until SIGINT or SIGTERM; exits with 1 and the reason when it cannot start. */
  public static void main(String[] arguments) {
    try {
      RunLocal local = new RunLocal(settings(arguments));
      Runtime.getRuntime().addShutdownHook(new Thread(local::stop, "stop"));
      local.start();
    } catch (Refused | DataFolder.InUse e) {
      fail(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      fail(Main.message(e));
    }
  }

  private static LocalSettings settings(String[] arguments) throws Refused {
    return arguments.length == 0
        ? LocalSettings.from(System.getenv())
        : LocalSettings.ofNode(arguments[0], System.getenv());
  }

  /** Waits for the shutdown hook, which takes down what is up already. */
  private static void fail(String reason) {
    System.err.println(reason);
    System.exit(1);
  }

  private void start() throws Refused, DataFolder.InUse {
    long started = System.nanoTime();
    if (settings.postgres().isPresent() || settings.pulsar().isPresent()) {
      takeData();
    }
    settings.checkPorts();
    settings.postgres().ifPresent(this::startPostgres);
    settings.pulsar().ifPresent(this::startPulsar);
    startService();
    if (!isStopping()) {
      say("Ready in %.1f s. Ctrl-C stops what is listed here; data stays.", secondsSince(started));
    }
  }

  private synchronized void takeData() throws DataFolder.InUse {
    data = DataFolder.take(settings.data());
    // With the lock in hand: whoever runs here was left by a killed predecessor.
    settings.postgres().ifPresent(PostgresServer::stop);
    settings.pulsar().ifPresent(PulsarServer::stopOrphan);
  }

  private synchronized void startPostgres(PostgresServer server) {
    if (!stopping) {
      up(new Part("PostgreSQL", server::stop), server::start);
      say("PostgreSQL     %s", server.database().uri(PostgresDatabase.NAME));
    }
  }

  private synchronized void startPulsar(PulsarServer server) {
    if (!stopping) {
      up(new Part("Pulsar", server::stop), server::start);
      say("Pulsar         %s   REST %s", server.serviceUrl(), server.adminUrl());
      Thread.ofPlatform().daemon().name("pulsar-watch").start(() -> watch(server));
    }
  }

  private synchronized void startService() {
    if (!stopping) {
      LocalService service = LocalService.start(settings.service());
      running.push(new Part("Service", service::close));
      say("Service        http://localhost:%d", settings.httpPort());
      say("Documentation  http://localhost:%d/docs", settings.httpPort());
    }
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
        say("%s stopped", part.name());
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

  private static void say(String line, Object... values) {
    System.out.printf(line + "%n", values);
  }

  private record Part(String name, Runnable stop) {}
}
