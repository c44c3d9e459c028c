package allocation.http;

import allocation.access.Caller;
import allocation.json.Problem;
import allocation.json.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each request from its head to its answer: id, route, body, endpoint, and whatever went
 * wrong as a problem. The one place that writes answers, measures and logs them.
 */
final class Front {
  private static final Logger LOG = LoggerFactory.getLogger(Front.class);
  private static final Future<Caller> NOT_ASKED = Future.succeededFuture(Caller.NOBODY);
  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
  private static final String BUSINESS = "/v1/";
  private static final String SEE_DOCS = "See /docs for what there is";

  private final Door door;
  private final Connections connections;
  private final BodyReader bodies;
  private final Pieces pieces;
  private final RequestMetrics metrics;
  private final CorrelationIds ids;
  private final Turnstile turnstile;
  private final Haste haste;
  private final Counter turnedAway;
  private final Readiness readiness;
  private final String retryAfterSeconds;
  private final BusyReplies busy;

  Front(
      Door door,
      Connections connections,
      BodyReader bodies,
      Pieces pieces,
      RequestMetrics metrics,
      CorrelationIds ids,
      Turnstile turnstile,
      Haste haste,
      Readiness readiness,
      int retryAfterSeconds) {
    this.door = door;
    this.connections = connections;
    this.bodies = bodies;
    this.pieces = pieces;
    this.metrics = metrics;
    this.ids = ids;
    this.turnstile = turnstile;
    this.haste = haste;
    this.turnedAway = door.refusals("too-busy");
    this.readiness = readiness;
    this.retryAfterSeconds = String.valueOf(retryAfterSeconds);
    this.busy = new BusyReplies(this.retryAfterSeconds);
  }

  /** A request on its way, and what is known of it so far. */
  private record Visit(
      HttpServerRequest request,
      Routes.Match match,
      String correlationId,
      long begunNanos,
      Caller caller) {

    Visit by(Caller known) {
      return new Visit(request, match, correlationId, begunNanos, known);
    }

    Optional<Route> route() {
      return switch (match) {
        case Routes.Match.Found found -> Optional.of(found.route());
        case Routes.Match.OtherMethod other -> Optional.of(other.sibling());
        case Routes.Match.Nowhere nowhere -> Optional.empty();
      };
    }
  }

  /** What is certain to want a place is told that there is none before its route is looked for. */
  Handler<HttpServerRequest> before(Handler<HttpServerRequest> router) {
    return request -> {
      if (connections.isEnding(request.connection())) {
        return;
      }
      if (turnstile.isFull() && String.valueOf(request.path()).startsWith(BUSINESS)) {
        turnAway(visit(request, new Routes.Match.Nowhere()));
      } else {
        router.handle(request);
      }
    };
  }

  void handle(HttpServerRequest request, Routes.Match match) {
    Visit visit = visit(request, match);
    Future<Caller> admitted =
        match instanceof Routes.Match.Found found
            ? door.admit(request, found.route(), visit.correlationId())
            : NOT_ASKED;
    if (admitted.isComplete()) {
      enter(visit, admitted);
    } else {
      // Nothing is read for somebody who may be sent away.
      request.pause();
      admitted.onComplete(known -> {
        enter(visit, admitted);
        request.resume();
      });
    }
  }

  /** Before its caller is known: to say no has to be cheap. */
  private void turnAway(Visit visit) {
    afterBody(visit, () -> writeFull(visit));
  }

  /** Whether it has a body that is not on its way yet. */
  private static boolean isAskingToSend(HttpServerRequest request) {
    return BodyReader.isAwaited(request) && BodyReader.expectsContinue(request);
  }

  /** What has a small body keeps its connection, and nothing of the body is kept. */
  private void afterBody(Visit visit, Runnable refusal) {
    bodies
        .discard(visit.request())
        .onSuccess(nothing -> refusal.run())
        .onFailure(cause -> writeLast(visit, problem(visit, cause)));
  }

  private void enter(Visit visit, Future<Caller> admitted) {
    if (admitted.succeeded()) {
      serve(visit.by(admitted.result()));
      return;
    }
    Reply refusal = problem(visit, admitted.cause());
    boolean isTooOften = refusal.status() == ProblemType.TOO_MANY_REQUESTS.status();
    if (isTooOften && !isAskingToSend(visit.request())) {
      // A new connection for each would cost both sides more than what the rate is to save.
      afterBody(visit, () -> writeInTime(visit, refusal));
    } else if (BodyReader.isAwaited(visit.request())) {
      writeLast(visit, refusal);
    } else {
      write(visit, refusal);
    }
  }

  private void serve(Visit visit) {
    HttpServerRequest request = visit.request();
    // Kept only of who was let in, for whom it is needed.
    Future<Buffer> read = isBodyNeeded(visit) ? bodies.read(request) : bodies.discard(request);
    read.onSuccess(body -> place(visit, body))
        .onFailure(cause -> writeLast(visit, problem(visit, cause)));
  }

  private static boolean isBodyNeeded(Visit visit) {
    return visit.match() instanceof Routes.Match.Found found
        && found.route().body() == Route.Body.JSON;
  }

  /** Only what is whole takes a place: who drips a body must not keep the others out. */
  private void place(Visit visit, Buffer body) {
    boolean takesAPlace =
        visit.match() instanceof Routes.Match.Found found && found.route().takesAPlace();
    if (takesAPlace && !turnstile.enter()) {
      bodies.done(body);
      writeFull(visit);
      return;
    }
    Future<Reply> answer = Future.succeededFuture(body).compose(whole -> answer(visit, whole));
    answer
        .onComplete(answered -> {
          bodies.done(body);
          if (takesAPlace) {
            turnstile.leave();
          }
        })
        .onSuccess(reply -> write(visit, reply))
        .onFailure(cause -> {
          if (cause instanceof Turnstile.Full) {
            writeFull(visit);
          } else {
            write(visit, problem(visit, cause));
          }
        });
  }

  /** What the decoder could not read; Vert.x closes the connection after the answer. */
  void handleInvalid(HttpServerRequest request) {
    Visit visit = visit(request, new Routes.Match.Nowhere());
    Problem problem =
        switch (request.decoderResult().cause()) {
          case TooLongHttpLineException tooLong ->
              Problem.of(ProblemType.URI_TOO_LONG, "The request line is too long");
          case TooLongHttpHeaderException tooLong ->
              Problem.of(ProblemType.HEADERS_TOO_LARGE, "The headers are too large");
          case null, default ->
              Problem.of(ProblemType.INVALID_REQUEST, "This is not well-formed HTTP");
        };
    write(visit, Problems.reply(problem, visit.correlationId(), false));
  }

  /** What the router did not look a route up for: no {@code Host}, or no path. */
  void handleUnroutable(RoutingContext context) {
    Visit visit = visit(context.request(), new Routes.Match.Nowhere());
    Problem problem =
        switch (context.statusCode()) {
          case 400 ->
              Problem.of(
                  ProblemType.INVALID_REQUEST, "A request needs a path and one well-formed Host");
          case 404 -> Problem.of(ProblemType.NOT_FOUND, SEE_DOCS);
          default -> Problems.of(causeOf(context), visit.correlationId());
        };
    write(visit, Problems.reply(problem, visit.correlationId(), false));
  }

  private static Throwable causeOf(RoutingContext context) {
    Throwable failure = context.failure();
    return failure == null
        ? new IllegalStateException("the router failed with " + context.statusCode())
        : failure;
  }

  private Visit visit(HttpServerRequest request, Routes.Match match) {
    String id = ids.of(request.headers().getAll(CorrelationIds.HEADER));
    return new Visit(request, match, id, System.nanoTime(), Caller.NOBODY);
  }

  private static Future<Reply> answer(Visit visit, Buffer body) {
    return switch (visit.match()) {
      case Routes.Match.Found found -> {
        Exchange exchange =
            new Exchange(
                visit.request(), found.route(), body, visit.correlationId(), visit.caller());
        if (found.route().body() == Route.Body.JSON) {
          MediaTypes.requireJson(exchange);
        }
        yield found.route().endpoint().answer(exchange);
      }
      case Routes.Match.OtherMethod other ->
          Future.succeededFuture(
              Problems.reply(
                      Problem.of(
                          ProblemType.METHOD_NOT_ALLOWED,
                          "Use one of the methods that Allow names"),
                      visit.correlationId(),
                      other.sibling().original())
                  .with(
                      HttpHeaders.ALLOW,
                      other.allowed().stream()
                          .map(HttpMethod::name)
                          .collect(Collectors.joining(", "))));
      case Routes.Match.Nowhere nowhere ->
          throw new ProblemException(ProblemType.NOT_FOUND, SEE_DOCS);
    };
  }

  private Reply problem(Visit visit, Throwable cause) {
    Problem problem = Problems.of(cause, visit.correlationId());
    boolean original = visit.route().map(Route::original).orElse(false);
    Reply reply = Problems.reply(problem, visit.correlationId(), original);
    if (cause instanceof ProblemException known) {
      for (Map.Entry<CharSequence, String> header : known.headers()) {
        reply = reply.with(header.getKey(), header.getValue());
      }
    }
    return problem.type().isPassing()
        ? reply.with(HttpHeaders.RETRY_AFTER, retryAfterSeconds)
        : reply;
  }

  /** The body was given up, so nothing can follow it on its connection. */
  private void writeLast(Visit visit, Reply reply) {
    connections.end(visit.request().connection());
    write(visit, reply.with(HttpHeaders.CONNECTION, "close"));
    bodies.closeAfterAnswer(visit.request());
  }

  /** A line of log for each that is turned away would cost more than the refusal: it is counted. */
  private void writeFull(Visit visit) {
    turnedAway.increment();
    boolean original = visit.route().map(Route::original).orElse(false);
    writeInTime(visit, busy.reply(visit.correlationId(), original));
  }

  /** To somebody who was told to come back later, and may have come at once. */
  private void writeInTime(Visit visit, Reply reply) {
    // Before it is held back: that is the client's time and not the service's.
    tell(visit, reply.status(), false);
    if (!visit.request().response().closed()) {
      haste.turnAway(visit.request().connection(), () -> send(visit, reply));
    }
  }

  private void write(Visit visit, Reply reply) {
    Reply fitting = Pieces.isLarge(reply.body()) ? ifThereIsRoom(visit, reply) : reply;
    send(visit, fitting);
    tell(visit, fitting.status(), fitting.status() >= 500 && !isAskedForHealth(visit));
  }

  /** Hundreds of large answers that nobody reads would fill the heap. */
  private Reply ifThereIsRoom(Visit visit, Reply reply) {
    if (pieces.haveRoomFor(reply.body())) {
      return reply;
    }
    ProblemType type =
        HttpMethod.GET.equals(visit.request().method())
            ? ProblemType.BUSY
            : ProblemType.OUTCOME_UNKNOWN;
    return problem(
        visit, new ProblemException(type, "Other answers wait to be read; ask again later"));
  }

  /** Whoever asks that is told, and may ask every second. */
  private static boolean isAskedForHealth(Visit visit) {
    return visit.route().map(Route::template).filter(HealthEndpoints.READY::equals).isPresent();
  }

  private void send(Visit visit, Reply reply) {
    HttpServerResponse response = visit.request().response();
    if (!response.closed()) {
      response.setStatusCode(reply.status());
      response.putHeader(CorrelationIds.HEADER, visit.correlationId());
      response.putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF);
      // Stock and orders change; a reply that may be kept says so itself, below.
      response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
      boolean leaving = readiness.isLeaving();
      if (leaving) {
        // The next request of this client should go to another node, on a connection of its own.
        connections.end(visit.request().connection());
        response.putHeader(HttpHeaders.CONNECTION, "close");
      }
      reply.contentType().ifPresent(type -> response.putHeader(HttpHeaders.CONTENT_TYPE, type));
      for (Map.Entry<CharSequence, String> header : reply.headers()) {
        response.putHeader(header.getKey(), header.getValue());
      }
      if (Pieces.isLarge(reply.body())) {
        Future<Void> sent = pieces.send(response, reply.body());
        if (leaving) {
          sent.onSuccess(all -> bodies.closeAfterAnswer(visit.request()));
        }
        return;
      }
      response.end(reply.body());
      if (leaving) {
        bodies.closeAfterAnswer(visit.request());
      }
    }
  }

  private void tell(Visit visit, int status, boolean isToBeSeen) {
    long nanos = System.nanoTime() - visit.begunNanos();
    Optional<String> template = visit.route().map(Route::template);
    metrics.record(template, visit.request().method(), status, nanos);
    if (isToBeSeen) {
      LOG.warn(
          "request failed method={} route={} status={} micros={} caller={} correlationId={}",
          visit.request().method(),
          template.orElse("none"),
          status,
          nanos / 1_000,
          visit.caller().id(),
          visit.correlationId());
    } else if (LOG.isDebugEnabled()) {
      LOG.debug(
          "request answered method={} route={} status={} micros={} caller={} correlationId={}",
          visit.request().method(),
          template.orElse("none"),
          status,
          nanos / 1_000,
          visit.caller().id(),
          visit.correlationId());
    }
  }
}
