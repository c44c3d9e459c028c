package allocation.jgroups;

import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.SocketFactory;
import org.jgroups.util.TLS;

/**
 * TLS that gives up on who takes a connection and then says nothing, as a frozen member does;
 * JGroups by itself would wait for ever.
 */
final class Handshakes extends TLS {
  private static final int LIMIT_MS = 1_000;

  @Override
  public SocketFactory createSocketFactory(SSLContext context) {
    DefaultSocketFactory sockets = (DefaultSocketFactory) super.createSocketFactory(context);
    sockets.setSocketConfigurator(Handshakes::limit);
    return sockets;
  }

  private static void limit(Socket socket) {
    SSLSocket secured = (SSLSocket) socket;
    wait(secured, LIMIT_MS);
    // From then on it is for the detection of failures to say who was silent for too long.
    secured.addHandshakeCompletedListener(done -> wait(secured, 0));
  }

  private static void wait(SSLSocket socket, int limitMs) {
    try {
      socket.setSoTimeout(limitMs);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }
}
