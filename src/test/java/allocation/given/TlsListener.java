package allocation.given;

import allocation.tls.Identity;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Listens at 127.0.0.1 with whatever certificate it is given, and never says a word. */
public final class TlsListener implements AutoCloseable {
  private final NetServer server;
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicLong heard = new AtomicLong();

  public TlsListener(Vertx vertx, Identity shown) {
    server =
        vertx
            .createNetServer(
                new NetServerOptions().setSsl(true).setKeyCertOptions(credential(shown)))
            .connectHandler(socket -> socket.handler(this::hear))
            .exceptionHandler(broken -> refusals.incrementAndGet());
    Waiting.result(server.listen(0, "127.0.0.1"));
  }

  /** As it is, without a look at what is wrong with it. */
  public static PemKeyCertOptions credential(Identity identity) {
    return new PemKeyCertOptions()
        .setCertPath(identity.certificate().toString())
        .setKeyPath(identity.key().toString());
  }

  public int port() {
    return server.actualPort();
  }

  /** How many handshakes the other side broke off. */
  public int refusals() {
    return refusals.get();
  }

  /** Bytes that somebody told it, believing that it was who it is not. */
  public long heard() {
    return heard.get();
  }

  private void hear(Buffer bytes) {
    heard.addAndGet(bytes.length());
  }

  @Override
  public void close() {
    Waiting.result(server.close());
  }
}
