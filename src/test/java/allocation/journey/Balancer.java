package allocation.journey;

import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends each request to the next node that says it is ready, as a load balancer does. */
final class Balancer {
  private static final long CHECK_MS = 100;
  private static final long PATIENCE_MS = 1_000;

  private final List<SocketAddress> nodes;
  private final Set<SocketAddress> away = ConcurrentHashMap.newKeySet();
  private final Set<SocketAddress> asked = ConcurrentHashMap.newKeySet();
  private final AtomicInteger turn = new AtomicInteger();
  private final Vertx vertx;
  private final long checks;

  Balancer(Vertx vertx, WebClient http, List<SocketAddress> nodes) {
    this.vertx = vertx;
    this.nodes = List.copyOf(nodes);
    checks = vertx.setPeriodic(CHECK_MS, tick -> nodes.forEach(node -> check(http, node)));
  }

  /** Asks nobody any more. */
  void stop() {
    vertx.cancelTimer(checks);
  }

  /** Whether one of them says that it is ready. */
  boolean isAnyReady() {
    return !away.containsAll(nodes);
  }

  SocketAddress next() {
    for (int i = 0; i < nodes.size(); i++) {
      SocketAddress node = nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
      if (!away.contains(node)) {
        return node;
      }
    }
    return nodes.getFirst();
  }

  private void check(WebClient http, SocketAddress node) {
    if (!asked.add(node)) {
      return;
    }
    http.get(node.port(), node.host(), "/health/ready")
        .timeout(PATIENCE_MS)
        .send()
        .onComplete(answer -> {
          asked.remove(node);
          if (answer.succeeded() && answer.result().statusCode() == 200) {
            away.remove(node);
          } else {
            away.add(node);
          }
        });
  }
}
