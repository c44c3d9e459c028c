package allocation.http;

import allocation.access.Scope;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One operation of the contract.
 *
 * @param template as in the contract, e.g. {@code /v1/batches/{ref}}
 * @param needs what a caller has to be allowed to do; empty where nobody is asked who it is
 * @param original whether it is one of the original's own, whose clients read {@code message}
 */
record Route(
    HttpMethod method,
    String template,
    Optional<Scope> needs,
    Body body,
    boolean original,
    Endpoint endpoint) {
  /** What is done with a body. */
  enum Body {
    /** Read to its end, and left aside. */
    IGNORED,
    JSON
  }

  /** Answers a request. May throw: it is always called inside a Future. */
  @FunctionalInterface
  interface Endpoint {
    Future<Reply> answer(Exchange exchange);
  }

  /** A GET for everybody. */
  static Route open(String template, Endpoint endpoint) {
    return new Route(HttpMethod.GET, template, Optional.empty(), Body.IGNORED, false, endpoint);
  }

  static Route get(Scope needs, String template, Endpoint endpoint) {
    return new Route(HttpMethod.GET, template, Optional.of(needs), Body.IGNORED, false, endpoint);
  }

  static Route delete(Scope needs, String template, Endpoint endpoint) {
    return new Route(
        HttpMethod.DELETE, template, Optional.of(needs), Body.IGNORED, false, endpoint);
  }

  static Route post(Scope needs, String template, Endpoint endpoint) {
    return new Route(HttpMethod.POST, template, Optional.of(needs), Body.JSON, false, endpoint);
  }

  static Route patch(Scope needs, String template, Endpoint endpoint) {
    return new Route(HttpMethod.PATCH, template, Optional.of(needs), Body.JSON, false, endpoint);
  }

  /** Whether it is the business; what an operator asks is answered however busy it is. */
  boolean takesAPlace() {
    return needs.isPresent() && needs.get() != Scope.OPERATE;
  }

  Route asInTheOriginal() {
    return new Route(method, template, needs, body, true, endpoint);
  }

  /** What a path looks like that leads here, as it was sent; an id may be anything but a slash. */
  String pattern() {
    return segments().stream()
        .map(segment -> isParameter(segment) ? "[^/]*" : Pattern.quote(segment))
        .collect(Collectors.joining("/"));
  }

  /** The part of a path that stands where the template has {@code {name}}, as it was sent. */
  String rawParameter(String name, String path) {
    int at = segments().indexOf("{" + name + "}");
    if (at < 0) {
      throw new IllegalArgumentException(template + " has no parameter " + name);
    }
    return split(path).get(at);
  }

  private List<String> segments() {
    return split(template);
  }

  private static boolean isParameter(String segment) {
    return segment.startsWith("{");
  }

  private static List<String> split(String path) {
    return List.of(path.split("/", -1));
  }
}
