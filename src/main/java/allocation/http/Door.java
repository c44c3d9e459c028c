package allocation.http;

import allocation.access.Caller;
import allocation.access.Doorkeeper;
import allocation.access.NotKnown;
import allocation.access.RateLimit;
import allocation.access.Scope;
import allocation.json.Problem;
import allocation.json.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a request in to its route, or says why not: before its body is read, so that strangers cost
 * little. Belongs to one event loop.
 */
final class Door {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);
  private static final CharSequence WWW_AUTHENTICATE =
      HttpHeaders.createOptimized("WWW-Authenticate");
  private static final String CHALLENGE = "Bearer realm=\"allocation\"";
  private static final Future<Caller> ANYBODY = Future.succeededFuture(Caller.ANYBODY);
  private static final Future<Caller> NOBODY = Future.succeededFuture(Caller.NOBODY);

  private final Doorkeeper keeper;
  private final RateLimit callers;
  private final RateLimit strangers;
  private final MeterRegistry metrics;

  /**
   * @param strangers of those who are not known, by address
   */
  Door(Doorkeeper keeper, RateLimit callers, RateLimit strangers, MeterRegistry metrics) {
    this.keeper = keeper;
    this.callers = callers;
    this.strangers = strangers;
    this.metrics = metrics;
  }

  /** Who came in; nearly always at once. Fails with a {@link ProblemException}. */
  Future<Caller> admit(HttpServerRequest request, Route route, String correlationId) {
    if (keeper.isOff()) {
      Optional<String> foreign =
          route.needs().flatMap(scope -> CrossSite.why(request, keeper.isForThisMachineOnly()));
      if (foreign.isPresent()) {
        count("cross-site");
        return Future.failedFuture(new ProblemException(ProblemType.CROSS_SITE, foreign.get()));
      }
      return strangers.isOff() || route.needs().isEmpty()
          ? ANYBODY
          : unlessTooMany(strangers, address(request), ANYBODY);
    }
    Future<Caller> caller = keeper.caller(request.headers().getAll(HttpHeaders.AUTHORIZATION));
    return route
        .needs()
        .map(scope -> caller.transform(known -> decide(request, scope, known, correlationId)))
        // Whoever it is may come in; what is shown may depend on it.
        .orElseGet(() -> caller.recover(notKnown -> NOBODY));
  }

  private Future<Caller> decide(
      HttpServerRequest request, Scope needed, AsyncResult<Caller> known, String correlationId) {
    if (known.failed()) {
      return unlessTooMany(
          strangers, address(request), Future.failedFuture(stranger(known.cause(), correlationId)));
    }
    Caller caller = known.result();
    return unlessTooMany(
        callers,
        caller.id(),
        caller.may(needed)
            ? Future.succeededFuture(caller)
            : Future.failedFuture(notAllowed(caller, needed, correlationId)));
  }

  /** A stranger has no name, so the address counts. */
  private static String address(HttpServerRequest request) {
    return request.remoteAddress().hostAddress();
  }

  private Future<Caller> unlessTooMany(RateLimit limit, String caller, Future<Caller> otherwise) {
    long waitSeconds = limit.take(caller);
    if (waitSeconds == 0) {
      return otherwise;
    }
    count("too-many");
    return Future.failedFuture(
        new ProblemException(
                ProblemType.TOO_MANY_REQUESTS,
                "Send it again in %d seconds; nothing was done".formatted(waitSeconds))
            .with(HttpHeaders.RETRY_AFTER, String.valueOf(waitSeconds)));
  }

  private Throwable stranger(Throwable cause, String correlationId) {
    if (!(cause instanceof NotKnown stranger)) {
      return cause;
    }
    count(stranger.presented() ? "not-known" : "no-credential");
    LOG.debug("not let in because={} correlationId={}", stranger.getMessage(), correlationId);
    // The same words whatever was wrong: whether a key exists is nobody's business.
    return stranger.presented()
        ? new ProblemException(ProblemType.UNAUTHENTICATED, "The key or token is not valid")
            .with(WWW_AUTHENTICATE, CHALLENGE + ", error=\"invalid_token\"")
        : new ProblemException(
                ProblemType.UNAUTHENTICATED, "Send a key or a token as Authorization: Bearer …")
            .with(WWW_AUTHENTICATE, CHALLENGE);
  }

  private ProblemException notAllowed(Caller caller, Scope needed, String correlationId) {
    count("missing-scope");
    LOG.debug(
        "not let in caller={} missing={} correlationId={}",
        caller.id(),
        needed.text(),
        correlationId);
    return new ProblemException(Problem.ofMissingScope(needed.text()))
        .with(
            WWW_AUTHENTICATE,
            "%s, error=\"insufficient_scope\", scope=\"%s\"".formatted(CHALLENGE, needed.text()));
  }

  private void count(String reason) {
    refusals(reason).increment();
  }

  /** How many were refused for this reason. */
  Counter refusals(String reason) {
    return Counter.builder("allocation.http.refusals")
        .description("Requests that were not let in")
        .tag("reason", reason)
        .register(metrics);
  }
}
