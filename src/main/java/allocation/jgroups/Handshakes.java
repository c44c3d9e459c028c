package allocation.jgroups;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.SocketFactory;
import org.jgroups.util.TLS;
import org.jgroups.util.TLSClientAuth;

/**
 * TLS that gives up on who takes a connection and then says nothing, as a frozen member does, and
 * on who makes one and does not come to an end; JGroups by itself would wait for ever.
 */
final class Handshakes extends TLS {
  private static final int LIMIT_MS = 1_000;

  @Override
  public SocketFactory createSocketFactory(SSLContext context) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(getProtocols());
    parameters.setNeedClientAuth(getClientAuth() == TLSClientAuth.NEED);
    DefaultSocketFactory sockets = new Sockets(context, parameters);
    sockets.setSocketConfigurator(Handshakes::limit);
    // Should another version ask one of the other three.
    sockets.setServerSocketConfigurator(
        server -> ((SSLServerSocket) server).setSSLParameters(parameters));
    return sockets;
  }

  private static final class Sockets extends DefaultSocketFactory {
    private final SSLContext context;
    private final SSLParameters parameters;

    Sockets(SSLContext context, SSLParameters parameters) {
      super(context);
      this.context = context;
      this.parameters = parameters;
    }

    /** The one of four that the transport of JGroups asks. */
    @Override
    public ServerSocket createServerSocket(String service) throws IOException {
      return new Entrance(context.getSocketFactory(), parameters, LIMIT_MS);
    }
  }

  private static void limit(Socket socket) {
    SSLSocket secured = (SSLSocket) socket;
    wait(secured, LIMIT_MS);
    // From then on it is for the detection of failures to say who was silent for too long.
    secured.addHandshakeCompletedListener(done -> {
      if (!secured.isClosed()) {
        wait(secured, 0);
      }
    });
  }

  private static void wait(SSLSocket socket, int limitMs) {
    try {
      socket.setSoTimeout(limitMs);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }
}
