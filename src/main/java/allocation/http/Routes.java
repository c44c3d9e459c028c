package allocation.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes vertx-web's router out of the operations of the contract. */
final class Routes {
  private Routes() {}

  /** What a path and a method lead to. */
  sealed interface Match {
    record Found(Route route) implements Match {}

    /** The path is known; {@code allowed} are its methods. */
    record OtherMethod(Route sibling, Set<HttpMethod> allowed) implements Match {}

    record Nowhere() implements Match {}
  }

  /** The routes are looked for in this order; HEAD is answered wherever GET is. */
  static Router router(Vertx vertx, List<Route> routes, Front front) {
    Router router = Router.router(vertx);
    // The router itself refuses what has no host or no path; nothing else fails inside of it.
    router.route().failureHandler(front::handleUnroutable);
    for (Route route : routes) {
      Match found = new Match.Found(route);
      for (HttpMethod method : methods(route)) {
        asSent(router.routeWithRegex(method, route.pattern()))
            .handler(context -> front.handle(context.request(), found));
      }
    }
    siblings(routes)
        .forEach((pattern, siblings) -> {
          Match other = new Match.OtherMethod(siblings.getFirst(), allowed(siblings));
          asSent(router.routeWithRegex(pattern))
              .handler(context -> front.handle(context.request(), other));
        });
    router.route().handler(context -> front.handle(context.request(), new Match.Nowhere()));
    return router;
  }

  /**
   * Nothing is folded or decoded before an id has been cut out: {@code %2F} stays within its id.
   */
  private static io.vertx.ext.web.Route asSent(io.vertx.ext.web.Route route) {
    return route.useNormalizedPath(false);
  }

  private static List<HttpMethod> methods(Route route) {
    return route.method().equals(HttpMethod.GET)
        ? List.of(HttpMethod.GET, HttpMethod.HEAD)
        : List.of(route.method());
  }

  private static Map<String, List<Route>> siblings(List<Route> routes) {
    Map<String, List<Route>> siblings = new LinkedHashMap<>();
    for (Route route : routes) {
      siblings.computeIfAbsent(route.pattern(), first -> new ArrayList<>()).add(route);
    }
    return siblings;
  }

  private static Set<HttpMethod> allowed(List<Route> siblings) {
    Set<HttpMethod> allowed = new LinkedHashSet<>();
    siblings.forEach(route -> allowed.addAll(methods(route)));
    return allowed;
  }
}
