package allocation.journey;

import allocation.given.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;

/** Hands connections on to the same port elsewhere. */
final class Forward {
  /** What it says once it listens. */
  static final String READY = "ready";

  private Forward() {}

  /** Listens at the ports on 127.0.0.1 until it is killed: {@code host port…}. */
  public static void main(String[] arguments) {
    Vertx vertx = Vertx.vertx();
    for (int i = 1; i < arguments.length; i++) {
      int port = Integer.parseInt(arguments[i]);
      start(vertx, "127.0.0.1", port, arguments[0], port);
    }
    System.out.println(READY);
  }

  static void start(Vertx vertx, String host, int port, String toHost, int toPort) {
    NetClient client = vertx.createNetClient();
    Waiting.result(
        vertx
            .createNetServer()
            .connectHandler(from -> {
              from.pause();
              client
                  .connect(toPort, toHost)
                  .onSuccess(to -> join(from, to))
                  .onFailure(cause -> from.close());
            })
            .listen(port, host));
  }

  private static void join(NetSocket from, NetSocket to) {
    from.closeHandler(closed -> to.close());
    to.closeHandler(closed -> from.close());
    from.pipeTo(to);
    to.pipeTo(from);
    from.resume();
  }
}
