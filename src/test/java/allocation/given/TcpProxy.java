package allocation.given;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A network between a client and a server that does harm when the client says a certain word. */
public final class TcpProxy implements AutoCloseable {
  /** What happens to the bytes that have the word in them, or to the reply. */
  public enum Harm {
    /** The bytes do not arrive; the connection breaks. */
    CUT_BEFORE,
    /** The bytes arrive; instead of the reply that repeats the word the connection breaks. */
    CUT_AFTER,
    /** The bytes arrive; then there is silence. */
    NO_REPLY,
    /** From these bytes on nothing arrives, either way, and nobody is told of an end. */
    SWALLOW,
    /** The bytes arrive when they are let go, and then the client is gone. Till then: silence. */
    DELAY
  }

  private record Trap(String word, Harm harm) {}

  private final NetServer server;
  private final NetClient client;
  private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
  private final Promise<Void> letGo = Promise.promise();
  private final Promise<Void> sprung = Promise.promise();

  /** Listens on a port of its own. */
  public TcpProxy(Vertx vertx, String host, int port) {
    client = vertx.createNetClient();
    server = vertx.createNetServer();
    server.connectHandler(fromClient -> {
      fromClient.pause();
      client
          .connect(port, host)
          .onSuccess(toServer -> join(fromClient, toServer))
          .onFailure(cause -> fromClient.close());
    });
    Waiting.result(server.listen(0, "127.0.0.1"));
  }

  public int port() {
    return server.actualPort();
  }

  /** The next connection whose client says the word comes to harm. */
  public void harm(String word, Harm harm) {
    trap.set(new Trap(word, harm));
  }

  /** Completes when it has happened. */
  public Future<Void> sprung() {
    return sprung.future();
  }

  /** Lets delayed bytes go. */
  public void letGo() {
    letGo.complete();
  }

  private void join(NetSocket fromClient, NetSocket toServer) {
    toServer.closeHandler(closed -> fromClient.close());
    fromClient.closeHandler(closed -> toServer.close());
    toServer.handler(fromClient::write);
    fromClient.handler(bytes -> {
      Trap set = trap.get();
      if (set != null && has(bytes, set.word()) && trap.compareAndSet(set, null)) {
        spring(set, bytes, fromClient, toServer);
      } else {
        toServer.write(bytes);
      }
    });
    fromClient.resume();
  }

  private static boolean has(Buffer bytes, String word) {
    return bytes.toString(StandardCharsets.ISO_8859_1).contains(word);
  }

  private void spring(Trap set, Buffer bytes, NetSocket fromClient, NetSocket toServer) {
    switch (set.harm()) {
      case CUT_BEFORE -> {
        toServer.close();
        fromClient.close();
      }
      case CUT_AFTER -> {
        // Not before the server's word is here: it gives up a client that left it early.
        toServer.handler(reply -> {
          if (has(reply, set.word())) {
            fromClient.close();
          }
        });
        toServer.write(bytes);
      }
      case NO_REPLY -> {
        toServer.handler(reply -> {});
        toServer.write(bytes);
      }
      case SWALLOW -> {
        toServer.closeHandler(ended -> {}).handler(reply -> {});
        fromClient.closeHandler(ended -> {}).handler(more -> {});
      }
      case DELAY -> {
        fromClient.pause();
        letGo.future().onSuccess(now -> toServer.write(bytes).onComplete(w -> fromClient.close()));
      }
    }
    sprung.complete();
  }

  @Override
  public void close() {
    Waiting.result(server.close());
    Waiting.result(client.close());
  }
}
