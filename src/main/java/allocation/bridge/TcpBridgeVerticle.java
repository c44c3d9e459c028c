package allocation.bridge;

import allocation.bus.PublicFailure;
import allocation.tls.Identity;
import allocation.tls.Renewals;
import allocation.wire.BridgeFrame;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets services in that are not on the event bus: over TCP, in the protocol of the Vert.x TCP
 * event-bus bridge, to the public addresses and to nothing else. Why it is not the library's own
 * bridge: docs/adr/0018.
 */
public final class TcpBridgeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(TcpBridgeVerticle.class);
  private static final int HANDSHAKE_SECONDS = 5;

  private final BridgeSettings settings;
  private final long replyTimeoutMs;
  private final MeterRegistry metrics;
  private final Denials denials;
  private final Set<BridgeConnection> connections = new HashSet<>();
  private final AtomicInteger open = new AtomicInteger();
  private Optional<NetServer> server = Optional.empty();
  private boolean stopping;

  /**
   * @param replyTimeoutMs milliseconds that the entrance may take; longer than it says itself
   */
  public TcpBridgeVerticle(BridgeSettings settings, long replyTimeoutMs, MeterRegistry metrics) {
    this.settings = settings;
    this.replyTimeoutMs = replyTimeoutMs;
    this.metrics = metrics;
    this.denials = new Denials(metrics);
    Gauge.builder("allocation.bridge.connections", open, AtomicInteger::get)
        .description("Clients of the TCP bridge")
        .strongReference(true)
        .register(metrics);
  }

  @Override
  public Future<?> start() {
    Subscribers subscribers = new Subscribers(vertx);
    return settings
        .identity()
        .map(this::overTls)
        .orElseGet(() -> Future.succeededFuture(vertx.createNetServer(options())))
        .compose(made -> {
          server = Optional.of(made);
          return made.connectHandler(socket -> welcome(socket, subscribers))
              .exceptionHandler(cause -> LOG.debug("a client could not connect", cause))
              .listen();
        })
        .onSuccess(bound ->
            LOG.info(
                "bridge listens host={} port={} commands={} tls={}",
                settings.host(),
                bound.actualPort(),
                settings.commandsKey().isPresent() ? "with-key" : "none",
                settings.identity().isPresent()));
  }

  private NetServerOptions options() {
    return new NetServerOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        // What the client says counts: it may have gone while we talk to it.
        .setReadIdleTimeout(settings.idleTimeoutSeconds())
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        // Until it is over a connection is counted nowhere.
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
  }

  private Future<NetServer> overTls(Identity identity) {
    Renewals renewals = new Renewals(vertx, identity, "bridge", metrics);
    return renewals
        .first()
        .map(credential -> {
          NetServerOptions options = options().setSsl(true).setKeyCertOptions(credential);
          settings
              .clientAuthorities()
              .ifPresent(known ->
                  options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(known.options()));
          NetServer made = vertx.createNetServer(options);
          renewals.follow(renewed -> made.updateSSLOptions(shown(renewed)));
          return made;
        });
  }

  private ServerSSLOptions shown(PemKeyCertOptions credential) {
    ServerSSLOptions options = new ServerSSLOptions();
    options.setKeyCertOptions(credential);
    settings
        .clientAuthorities()
        .ifPresent(
            known -> options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(known.options()));
    return options;
  }

  /** Where it listens. */
  int port() {
    return server.map(NetServer::actualPort).orElse(settings.port());
  }

  /**
   * Answers what is under way. What comes now is for another node, or for later: each client is let
   * go as soon as it is answered, so that it asks there.
   */
  @Override
  public Future<?> stop() {
    stopping = true;
    // Of a copy: who has nothing under way may leave at once.
    return Future.join(List.copyOf(connections).stream().map(BridgeConnection::drain).toList())
        .transform(drained -> server.map(NetServer::close).orElseGet(Future::succeededFuture));
  }

  private void welcome(NetSocket socket, Subscribers subscribers) {
    if (stopping || connections.size() >= settings.connections()) {
      turnAway(socket);
      return;
    }
    BridgeConnection connection =
        new BridgeConnection(vertx, socket, settings, replyTimeoutMs, subscribers, denials);
    connections.add(connection);
    open.set(connections.size());
    socket.exceptionHandler(
        cause -> LOG.debug("a connection broke client={}", socket.remoteAddress(), cause));
    socket.closeHandler(closed -> {
      // First of all: a pause for the rate still ends, and the next frame may be a register.
      connection.left();
      connections.remove(connection);
      subscribers.remove(connection);
      open.set(connections.size());
    });
  }

  private void turnAway(NetSocket socket) {
    denials.count("too-many");
    LOG.debug("turned away client={} connections={}", socket.remoteAddress(), connections.size());
    String why = stopping ? "this node is stopping" : "there are too many connections";
    socket.end(new BridgeFrame.Failure(Optional.empty(), PublicFailure.BUSY, why).framed());
  }
}
