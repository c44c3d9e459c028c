package allocation.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Locale;

/**
 * What can be wrong with the line of a request, and with headers that every operation may be sent.
 */
final class NegativeRequests {
  /** What is put into a path at every place: it stands for something else, or for nothing. */
  private static final List<String> INTO_PATHS =
      List.of("%00", "%0D%0A", "%2F", "%2f%2e%2e%2f", "%5C", "%25", "//", "/./", "/../", ";x=");

  private final NegativeCases cases;
  private final List<ContractOperation> operations;

  NegativeRequests(NegativeCases cases, List<ContractOperation> operations) {
    this.cases = cases;
    this.operations = operations;
  }

  void add(ContractOperation operation) {
    for (String method :
        List.of("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")) {
      if (operations.stream()
          .noneMatch(other ->
              other.template().equals(operation.template()) && other.method().equals(method))) {
        byte[] request = RawClient.head(method, operation.path()).getBytes(ISO_8859_1);
        cases.bad(operation, "request", "another method", request, 405);
      }
    }
    int known = (operation.template() + "{").indexOf('{');
    for (String into : INTO_PATHS) {
      for (int at = 1; at < known; at += 2) {
        String path = operation.path().substring(0, at) + into + operation.path().substring(at);
        if (at < operation.path().length() || !into.startsWith("/")) {
          cases.notForIt(
              operation, "request", "in its path", operation.at(path, List.of()), 400, 404, 405);
        }
      }
    }
    String path = operation.path();
    String upper = "/" + path.substring(1).toUpperCase(Locale.ROOT);
    if (!upper.equals(path)) {
      cases.notForIt(operation, "request", "other letters", operation.at(upper, List.of()), 404);
    }
    cases.notForIt(
        operation, "request", "longer", operation.at(path + "/a/b", List.of()), 404, 405);
    cases.notForIt(
        operation,
        "request",
        "too long",
        operation.head(path + "?" + "x".repeat(9_000), List.of()),
        414);
    for (String part : List.of(" ", "\u0000", "\u00fc", "\r", "\n", "\t")) {
      cases.notForIt(
          operation,
          "request",
          "no request line",
          operation.head(path + part + "x", List.of()),
          400,
          404);
    }
    for (String header :
        List.of("no colon", "Bad Name: x", "X-Nul: a\u0000b", "X-Re\u0000turn: a", "X\u00fc: a")) {
      cases.notForIt(operation, "request", "no header", operation.at(path, List.of(header)), 400);
    }
    for (String length :
        List.of(
            "Content-Length: -1",
            "Content-Length: five",
            "Content-Length: 1\r\nContent-Length: 2",
            "Transfer-Encoding: chunked\r\nContent-Length: x")) {
      cases.notForIt(operation, "request", "no length", operation.head(path, List.of(length)), 400);
    }
    cases.notForIt(
        operation,
        "request",
        "headers too large",
        operation.head(path, List.of("X-Long: " + "x".repeat(20_000))),
        431);
    cases.notForIt(
        operation,
        "request",
        "no host",
        "%s %s HTTP/1.1\r\n\r\n".formatted(operation.method(), path).getBytes(ISO_8859_1),
        400);
    cases.notForIt(
        operation,
        "request",
        "no version",
        "%s %s HTP/x\r\nHost: a\r\n\r\n".formatted(operation.method(), path).getBytes(ISO_8859_1),
        400);
  }
}
