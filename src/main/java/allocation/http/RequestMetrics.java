package allocation.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How many requests each route answered, with which status, and how fast. One event loop's. */
final class RequestMetrics {
  private static final Duration[] BUCKETS =
      List.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000).stream()
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);
  private static final List<HttpMethod> KNOWN =
      List.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS);

  private final MeterRegistry registry;
  // The registry would have to build and hash an id with its tags for every request.
  private final Map<Key, Timer> timers = new HashMap<>();

  /** Of what strangers may send there is a bounded number. */
  private record Key(String route, String method, int status) {}

  RequestMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * @param template empty when no route was found: a stranger's paths must not become tags; nor do
   *     his methods
   */
  void record(Optional<String> template, HttpMethod method, int status, long nanos) {
    timers
        .computeIfAbsent(new Key(template.orElse("none"), name(method), status), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private static String name(HttpMethod method) {
    return KNOWN.contains(method) ? method.name() : "other";
  }

  /** Routes, methods and statuses that are told apart. */
  int size() {
    return timers.size();
  }

  private Timer timer(Key key) {
    return Timer.builder("allocation.http.requests")
        .description("From a request's head to its answer")
        .tag("route", key.route())
        .tag("method", key.method())
        .tag("status", String.valueOf(key.status()))
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
