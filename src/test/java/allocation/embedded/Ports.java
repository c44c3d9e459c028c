package allocation.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** Which TCP ports of this machine are free. */
public final class Ports {
  /**
   * Below those that systems give to connections: one that is free now could be a connection's when
   * a server that takes a while to start wants it.
   */
  private static final int FIRST = 20_000;

  private static final int COUNT = 12_000;
  private static final int MOST_TRIES = 1_000;

  private Ports() {}

  /** A port that nobody listens on right now, and that no connection is given. */
  public static int free() {
    for (int i = 0; i < MOST_TRIES; i++) {
      int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free");
  }

  /** Whether a server could listen on the port, on every interface. */
  static boolean isFree(int port) {
    return canBind(new InetSocketAddress(port))
        && canBind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Whether somebody takes a connection there. */
  static boolean answers(String host, int port) {
    try (Socket socket = new Socket(host, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean canBind(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      // As servers do: connections of a stopped server that linger are no obstacle.
      socket.setReuseAddress(true);
      socket.bind(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
