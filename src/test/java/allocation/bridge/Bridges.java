package allocation.bridge;

import static allocation.given.Waiting.result;

import allocation.tls.Authorities;
import allocation.tls.Identity;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bridge on a free port, before an entrance with stand-ins behind it. */
final class Bridges implements AutoCloseable {
  static final String KEY = "a-key-of-enough-characters";
  static final BridgeSettings SETTINGS =
      settings(Optional.of(new CommandsKey(KEY)), 64 * 1024, 1_000, 100, 60);

  final BusService service = BusService.started();
  private final TcpBridgeVerticle verticle;
  private final String deployment;

  Bridges(BridgeSettings settings) {
    verticle = new TcpBridgeVerticle(settings, 5_000, service.metrics);
    deployment = result(service.vertx.deployVerticle(verticle));
  }

  static Bridges withoutKey() {
    return new Bridges(settings(Optional.empty(), 65_536, 1_000, 9, 60));
  }

  static Bridges withFrames(int maxFrameBytes) {
    return new Bridges(settings(SETTINGS.commandsKey(), maxFrameBytes, 1_000, 9, 60));
  }

  static Bridges withRate(int messagesPerSecond) {
    return new Bridges(settings(SETTINGS.commandsKey(), 65_536, messagesPerSecond, 9, 60));
  }

  static Bridges withIdleSeconds(int seconds) {
    return new Bridges(settings(SETTINGS.commandsKey(), 65_536, 1_000, 9, seconds));
  }

  static Bridges withTls(Identity identity, Optional<Authorities> clientAuthorities) {
    return new Bridges(
        new BridgeSettings(
            "127.0.0.1",
            0,
            SETTINGS.commandsKey(),
            65_536,
            1_000,
            9,
            60,
            Optional.of(identity),
            clientAuthorities));
  }

  private static BridgeSettings settings(
      Optional<CommandsKey> key,
      int maxFrameBytes,
      int messagesPerSecond,
      int connections,
      int idleSeconds) {
    return new BridgeSettings(
        "127.0.0.1",
        0,
        key,
        maxFrameBytes,
        messagesPerSecond,
        connections,
        idleSeconds,
        Optional.empty(),
        Optional.empty());
  }

  RawSocket connect() {
    return new RawSocket(verticle.port());
  }

  int port() {
    return verticle.port();
  }

  Future<Void> stop() {
    return service.vertx.undeploy(deployment);
  }

  /** The requests to these addresses, for the test to answer: the entrance is stopped. */
  List<Message<Object>> holding(String... addresses) {
    result(service.stop());
    List<Message<Object>> held = new CopyOnWriteArrayList<>();
    for (String address : addresses) {
      result(service.vertx.eventBus().consumer(address, held::add).completion());
    }
    return held;
  }

  double connections() {
    return service.metrics.get("allocation.bridge.connections").gauge().value();
  }

  double denials(String reason) {
    return service.metrics.get("allocation.bridge.denials").tag("reason", reason).counter().count();
  }

  /** A request, as a frame's content. */
  static JsonObject send(String address, Object body) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("replyAddress", "r1")
        .put("body", body);
  }

  @Override
  public void close() {
    service.close();
  }
}
