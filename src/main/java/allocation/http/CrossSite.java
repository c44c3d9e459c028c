package allocation.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells what a page of another site made somebody's browser send. Where callers are asked who they
 * are it would have no key; where they are not, the browser reaches whatever its machine reaches.
 */
final class CrossSite {
  private static final CharSequence FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

  /** Names by which only this machine is called: another one may be made to lead here, by DNS. */
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");

  private CrossSite() {}

  /**
   * Why a request is of another site, for people; empty when it is not.
   *
   * @param onlyLoopback whether only this machine is to be served
   */
  static Optional<String> why(HttpServerRequest request, boolean onlyLoopback) {
    HostAndPort called = request.authority();
    if (onlyLoopback && called != null && !isLoopback(called.host())) {
      return Optional.of("Host must be localhost while nobody is asked who he is");
    }
    if ("cross-site".equals(request.getHeader(FETCH_SITE))) {
      return Optional.of("A page of another site may not ask while nobody is asked who he is");
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    return origin == null || isOf(origin, request.getHeader(HttpHeaders.HOST))
        ? Optional.empty()
        : Optional.of("Origin must be this service while nobody is asked who he is");
  }

  private static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }

  private static boolean isOf(String origin, String host) {
    int scheme = origin.indexOf("://");
    return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }
}
