package allocation.journey;

import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends each request to the next node that says it is ready, as a load balancer does. */
final class Balancer {
  private static final long CHECK_MS = 100;
  private static final long PATIENCE_MS = 1_000;

  private final List<Integer> ports;
  private final Set<Integer> away = ConcurrentHashMap.newKeySet();
  private final Set<Integer> asked = ConcurrentHashMap.newKeySet();
  private final AtomicInteger turn = new AtomicInteger();

  Balancer(Vertx vertx, WebClient http, List<Integer> ports) {
    this.ports = List.copyOf(ports);
    vertx.setPeriodic(CHECK_MS, tick -> ports.forEach(port -> check(http, port)));
  }

  int next() {
    for (int i = 0; i < ports.size(); i++) {
      int port = ports.get(Math.floorMod(turn.getAndIncrement(), ports.size()));
      if (!away.contains(port)) {
        return port;
      }
    }
    return ports.getFirst();
  }

  private void check(WebClient http, int port) {
    if (!asked.add(port)) {
      return;
    }
    http.get(port, "127.0.0.1", "/health/ready")
        .timeout(PATIENCE_MS)
        .send()
        .onComplete(answer -> {
          asked.remove(port);
          if (answer.succeeded() && answer.result().statusCode() == 200) {
            away.remove(port);
          } else {
            away.add(port);
          }
        });
  }
}
