package allocation.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;

/** The service inside the run command's process; the one place where the two meet. */
final class LocalService implements AutoCloseable {
  private final HttpServer server;

  private LocalService(HttpServer server) {
    this.server = server;
  }

  /** Starts the service with these settings, named as in the environment. */
  static LocalService start(Map<String, String> environment) {
    // Stands in until Main.start(environment) is there.
    try {
      HttpServer server =
          HttpServer.create(
              new InetSocketAddress(Integer.parseInt(environment.get("HTTP_PORT"))), 0);
      server.createContext(
          "/health/ready",
          exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
      return new LocalService(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers what has been asked already, then stops. */
  @Override
  public void close() {
    server.stop(0);
  }
}
