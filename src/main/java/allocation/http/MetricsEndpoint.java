package allocation.http;

import allocation.access.Scope;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** All metrics of the process, for Prometheus. */
final class MetricsEndpoint {
  private static final CharSequence TEXT =
      HttpHeaders.createOptimized("text/plain; version=0.0.4; charset=utf-8");

  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;

  MetricsEndpoint(Vertx vertx, PrometheusMeterRegistry registry) {
    this.vertx = vertx;
    this.registry = registry;
  }

  Route route() {
    return Route.get(Scope.OPERATE, "/metrics", exchange -> scrape());
  }

  private Future<Reply> scrape() {
    // Thousands of lines: not on the event loop that answers checkouts.
    return vertx
        .executeBlocking(() -> registry.scrape().getBytes(StandardCharsets.UTF_8), false)
        .map(text -> Reply.of(200, TEXT, text));
  }
}
