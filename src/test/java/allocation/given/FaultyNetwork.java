package allocation.given;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A network between clients and a server that fails as it is told; whole at first. */
public final class FaultyNetwork implements AutoCloseable {
  private static final long DELAY_MS = 150;

  private final Vertx vertx;
  private final NetServer server;
  private final NetClient client;
  private final Map<NetSocket, NetSocket> connections = new ConcurrentHashMap<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger late = new AtomicInteger();
  private final AtomicInteger delays = new AtomicInteger();
  private final AtomicInteger swallows = new AtomicInteger();
  private volatile String swallowed = "";
  private volatile State state = State.WHOLE;

  private enum State {
    WHOLE,
    SLOW,
    SWALLOWING,
    REFUSING
  }

  /** Listens on a port of its own, for a server on 127.0.0.1. */
  public FaultyNetwork(Vertx vertx, int port) {
    this.vertx = vertx;
    client = vertx.createNetClient();
    server = vertx.createNetServer().connectHandler(from -> connect(from, port));
    Waiting.result(server.listen(0, "127.0.0.1"));
  }

  public int port() {
    return server.actualPort();
  }

  /** All is well from now on. */
  public void heal() {
    state = State.WHOLE;
    connections.forEach((from, to) -> {
      from.resume();
      to.resume();
    });
  }

  /** Whatever the clients say arrives late. */
  public void delay() {
    state = State.SLOW;
  }

  /** How many pieces are still on their way. */
  int late() {
    return late.get();
  }

  /** How many pieces of what clients say arrived late. */
  public int delayed() {
    return delays.get();
  }

  /** Nothing passes any more on what is connected, and nobody is told; new connections are fine. */
  public void freeze() {
    connections.forEach((from, to) -> {
      from.pause();
      to.pause();
    });
  }

  /** Whatever has this word in it arrives; before its reply comes back the connection breaks. */
  public void swallowRepliesTo(String word) {
    swallowed = word;
    state = State.SWALLOWING;
  }

  /** How many replies were swallowed. */
  public int swallowed() {
    return swallows.get();
  }

  /** Every connection breaks, and new ones do too. */
  public void refuse() {
    state = State.REFUSING;
    reset();
  }

  /** Every connection breaks. */
  public void reset() {
    connections.keySet().forEach(NetSocket::close);
  }

  /** How many connections there are. */
  public int connections() {
    return connections.size();
  }

  /** How many connections were turned away. */
  public int refused() {
    return refused.get();
  }

  private void connect(NetSocket from, int port) {
    if (state == State.REFUSING) {
      refused.incrementAndGet();
      from.close();
      return;
    }
    from.pause();
    client
        .connect(port, "127.0.0.1")
        .onSuccess(to -> join(from, to))
        .onFailure(cause -> from.close());
  }

  private void join(NetSocket from, NetSocket to) {
    connections.put(from, to);
    from.closeHandler(closed -> {
      connections.remove(from);
      to.close();
    });
    to.closeHandler(closed -> from.close());
    to.handler(from::write);
    AtomicInteger behind = new AtomicInteger();
    from.handler(bytes -> {
      if (state == State.SLOW || behind.get() > 0) {
        // Once it is whole, too: what comes later must not overtake what is still on its way.
        behind.incrementAndGet();
        late.incrementAndGet();
        vertx.setTimer(
            DELAY_MS,
            over -> {
              behind.decrementAndGet();
              late.decrementAndGet();
              delays.incrementAndGet();
              to.write(bytes);
            });
      } else if (state == State.SWALLOWING && has(bytes, swallowed)) {
        to.handler(reply -> {
          swallows.incrementAndGet();
          from.close();
        });
        to.write(bytes);
      } else {
        to.write(bytes);
      }
    });
    from.resume();
  }

  private static boolean has(Buffer bytes, String word) {
    return bytes.toString(StandardCharsets.ISO_8859_1).contains(word);
  }

  @Override
  public void close() {
    Waiting.result(server.close());
    Waiting.result(client.close());
  }
}
