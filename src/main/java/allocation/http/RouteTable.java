package allocation.http;

import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the route of a request. Paths are matched as they were sent: nothing is decoded, folded or
 * normalised before an id has been cut out, so that {@code %2F} stays within its id.
 */
final class RouteTable {
  private final List<Entry> entries;

  private record Entry(Route route, List<String> segments) {}

  /** What a path and a method lead to. */
  sealed interface Match {
    /** {@code parameters}: the raw segments by their names in the template. */
    record Found(Route route, Map<String, String> parameters) implements Match {}

    /** The path is known; {@code allowed} are its methods. */
    record OtherMethod(Route sibling, Set<HttpMethod> allowed) implements Match {}

    record Nowhere() implements Match {}
  }

  RouteTable(List<Route> routes) {
    this.entries = routes.stream().map(route -> new Entry(route, route.segments())).toList();
  }

  List<Route> routes() {
    return entries.stream().map(Entry::route).toList();
  }

  /** HEAD is answered wherever GET is. */
  Match match(HttpMethod method, String path) {
    List<String> segments = split(path);
    HttpMethod wanted = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
    List<Route> siblings = new ArrayList<>();
    for (Entry entry : entries) {
      if (fits(entry.segments(), segments)) {
        if (entry.route().method().equals(wanted)) {
          return new Match.Found(entry.route(), parameters(entry.segments(), segments));
        }
        siblings.add(entry.route());
      }
    }
    return siblings.isEmpty()
        ? new Match.Nowhere()
        : new Match.OtherMethod(siblings.getFirst(), allowed(siblings));
  }

  private static Set<HttpMethod> allowed(List<Route> siblings) {
    Set<HttpMethod> allowed = new LinkedHashSet<>();
    for (Route route : siblings) {
      allowed.add(route.method());
      if (route.method().equals(HttpMethod.GET)) {
        allowed.add(HttpMethod.HEAD);
      }
    }
    return allowed;
  }

  private static boolean fits(List<String> template, List<String> segments) {
    if (template.size() != segments.size()) {
      return false;
    }
    for (int i = 0; i < template.size(); i++) {
      if (!isParameter(template.get(i)) && !template.get(i).equals(segments.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, String> parameters(List<String> template, List<String> segments) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < template.size(); i++) {
      String name = template.get(i);
      if (isParameter(name)) {
        parameters.put(name.substring(1, name.length() - 1), segments.get(i));
      }
    }
    return parameters;
  }

  private static boolean isParameter(String segment) {
    return segment.startsWith("{");
  }

  private static List<String> split(String path) {
    List<String> segments = new ArrayList<>();
    int from = 0;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
      segments.add(path.substring(from, slash));
      from = slash + 1;
    }
    segments.add(path.substring(from));
    return segments;
  }
}
