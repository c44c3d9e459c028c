package allocation.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The PostgreSQL and the Pulsar that all tests of one JVM share: in containers where a Docker
 * engine answers, embedded otherwise. Each starts when it is first asked for and stops with the
 * JVM. Tests keep out of each other's way by {@link #newDatabase} and {@link #newNamespace}; a test
 * that harms a server starts a {@link PostgresServer} or {@link PulsarServer} of its own.
 */
public final class Servers {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private Servers() {}

  /** The shared PostgreSQL. */
  public static PostgresDatabase postgres() {
    return SharedPostgres.DATABASE;
  }

  /** Makes an empty database of this name with a number, and returns its connection URI. */
  public static String newDatabase(String name) {
    String numbered = name + "_" + NAMES.incrementAndGet();
    postgres().create(numbered);
    return postgres().uri(numbered);
  }

  /** The shared Pulsar broker, {@code pulsar://host:port}. */
  public static String pulsarServiceUrl() {
    return SharedPulsar.URLS.serviceUrl();
  }

  /** The REST API of the shared Pulsar, {@code http://host:port}. */
  public static String pulsarAdminUrl() {
    return SharedPulsar.URLS.adminUrl();
  }

  /** Makes an empty Pulsar namespace of this name with a number: {@code public/name-1}. */
  public static String newNamespace(String name) {
    String namespace = "public/" + name + "-" + NAMES.incrementAndGet();
    HttpRequest put =
        HttpRequest.newBuilder(URI.create(pulsarAdminUrl() + "/admin/v2/namespaces/" + namespace))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"bundles\": {\"numBundles\": 1}}"))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(put, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 204) {
        throw new IllegalStateException(
            "Pulsar answered " + answer.statusCode() + " to " + put + ": " + answer.body());
      }
      return namespace;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
