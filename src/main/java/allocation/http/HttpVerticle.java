package allocation.http;

import allocation.access.Doorkeeper;
import allocation.access.Gate;
import allocation.bus.CurrentPlacement;
import allocation.bus.Dispatcher;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.tls.Identity;
import allocation.tls.Renewals;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves HTTP. Several instances share one port, and nothing else.
 *
 * <p>Starts when it listens, and fails when the port is taken. Stops when the requests under way
 * are answered, or after as long as one may take.
 */
public final class HttpVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);
  private static final int MAX_REQUEST_LINE_BYTES = 8 * 1024;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final long DRAIN_MARGIN_MS = 1_000;
  private static final int HANDSHAKE_SECONDS = 5;

  private final Settings settings;
  private final Shards shards;
  private final CurrentPlacement placement;
  private final Clock clock;
  private final PrometheusMeterRegistry metrics;
  private final Readiness readiness;
  private final Gate gate;
  private @Nullable HttpServer server;

  public HttpVerticle(
      Settings settings,
      Shards shards,
      CurrentPlacement placement,
      Clock clock,
      PrometheusMeterRegistry metrics,
      Readiness readiness,
      Gate gate) {
    this.settings = settings;
    this.shards = shards;
    this.placement = placement;
    this.clock = clock;
    this.metrics = metrics;
    this.readiness = readiness;
    this.gate = gate;
  }

  @Override
  public Future<?> start() {
    BodyReader bodies =
        new BodyReader(
            vertx,
            settings.bodyLimitBytes(),
            settings.bodiesLimitBytes(),
            settings.bodyTimeoutMs());
    bodies.start();
    Haste haste = new Haste(vertx);
    Connections connections = new Connections(settings.connections(), haste, metrics);
    Turnstile turnstile = new Turnstile(settings.requestsAtOnce());
    Front front =
        new Front(
            new Door(
                new Doorkeeper(vertx, gate.ring(), clock),
                gate.callers(),
                gate.strangers(),
                metrics),
            connections,
            bodies,
            new Pieces(settings.bodiesLimitBytes()),
            new RequestMetrics(metrics),
            new CorrelationIds(UUID.randomUUID()),
            turnstile,
            haste,
            readiness,
            settings.retryAfterSeconds());
    return settings
        .identity()
        .map(this::overTls)
        .orElseGet(() -> Future.succeededFuture(vertx.createHttpServer(options())))
        .compose(made -> {
          server = made;
          return made.requestHandler(front.before(Routes.router(vertx, routes(turnstile), front)))
              .connectionHandler(connections::welcome)
              .invalidRequestHandler(front::handleInvalid)
              .exceptionHandler(cause -> LOG.debug("connection failed", cause))
              .listen();
        });
  }

  private Future<HttpServer> overTls(Identity identity) {
    Renewals renewals = new Renewals(vertx, identity, "http", metrics);
    return renewals
        .first()
        .map(credential -> {
          HttpServer made =
              vertx.createHttpServer(options().setSsl(true).setKeyCertOptions(credential));
          renewals.follow(
              renewed -> made.updateSSLOptions(new ServerSSLOptions().setKeyCertOptions(renewed)));
          return made;
        });
  }

  @Override
  public Future<?> stop() {
    HttpServer listening = server;
    if (listening == null) {
      return Future.succeededFuture();
    }
    long longest = Math.max(settings.replyTimeoutMs(), settings.queryTimeoutMs());
    return listening.shutdown(longest + DRAIN_MARGIN_MS, TimeUnit.MILLISECONDS);
  }

  /** Where it listens; asked after it was deployed. */
  public int port() {
    HttpServer listening = server;
    if (listening == null) {
      throw new IllegalStateException("not started");
    }
    return listening.actualPort();
  }

  /** Every operation, as the contract has them. */
  List<Route> routes() {
    return routes(new Turnstile(settings.requestsAtOnce()));
  }

  private List<Route> routes(Turnstile turnstile) {
    Requests requests = new Requests(vertx, placement);
    Commands commands =
        new Commands(new Dispatcher(requests, shards, clock, settings.replyTimeoutMs()), turnstile);
    Queries queries = new Queries(vertx, requests, turnstile, settings.queryTimeoutMs());
    List<Route> routes = new ArrayList<>();
    // The busiest first: they are looked for in this order.
    routes.addAll(new CommandEndpoints(commands).routes());
    routes.add(new BulkEndpoint(commands).route());
    routes.addAll(new QueryEndpoints(queries, shards).routes());
    routes.addAll(new OriginalEndpoints(commands, queries).routes());
    routes.addAll(new HealthEndpoints(readiness).routes());
    routes.add(new MetricsEndpoint(vertx, metrics).route());
    routes.addAll(new DocsEndpoints(vertx).routes());
    return routes;
  }

  private HttpServerOptions options() {
    return new HttpServerOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        .setIdleTimeout(settings.idleTimeoutSeconds())
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        // Until it is over a connection is counted nowhere.
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        // Answers are small; unpacked bodies would escape the limit.
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        // A body that is too large is refused before it is sent.
        .setHandle100ContinueAutomatically(false)
        .setHttp2ClearTextEnabled(false)
        // There are no web sockets; what looks for them would look at every request.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
  }
}
