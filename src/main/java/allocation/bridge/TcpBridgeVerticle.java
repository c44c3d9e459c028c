package allocation.bridge;

import allocation.bus.PublicFailure;
import allocation.wire.BridgeFrame;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.HashSet;
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

  private final BridgeSettings settings;
  private final long replyTimeoutMs;
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
    this.denials = new Denials(metrics);
    Gauge.builder("allocation.bridge.connections", open, AtomicInteger::get)
        .description("Clients of the TCP bridge")
        .strongReference(true)
        .register(metrics);
  }

  @Override
  public Future<?> start() {
    Subscribers subscribers = new Subscribers(vertx.eventBus());
    NetServer listening =
        vertx
            .createNetServer(
                new NetServerOptions()
                    .setHost(settings.host())
                    .setPort(settings.port())
                    // What the client says counts: it may have gone while we talk to it.
                    .setReadIdleTimeout(settings.idleTimeoutSeconds())
                    .setIdleTimeoutUnit(TimeUnit.SECONDS))
            .connectHandler(socket -> welcome(socket, subscribers));
    server = Optional.of(listening);
    return listening
        .listen()
        .onSuccess(bound ->
            LOG.info(
                "bridge listens host={} port={} commands={}",
                settings.host(),
                bound.actualPort(),
                settings.commandsKey().isPresent() ? "with-key" : "none"));
  }

  /** Where it listens. */
  int port() {
    return server.map(NetServer::actualPort).orElse(settings.port());
  }

  /** Answers what is under way; what comes now is for another node, or for later. */
  @Override
  public Future<?> stop() {
    stopping = true;
    return Future.join(connections.stream().map(BridgeConnection::drain).toList())
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
