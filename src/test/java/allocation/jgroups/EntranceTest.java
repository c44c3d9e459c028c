package allocation.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.given.Certificates;
import allocation.tls.MutualTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EntranceTest {
  private static final int LIMIT_MS = 2_000;
  private static final int PATIENCE_S = 20;

  private final List<Socket> sockets = new ArrayList<>();
  private SSLContext tls;
  private Entrance entrance;

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    Certificates known = new Certificates(folder);
    tls = new MutualTls(known.good("node"), known.authorities()).context();
    SSLParameters parameters = new SSLParameters();
    parameters.setNeedClientAuth(true);
    entrance = new Entrance(tls.getSocketFactory(), parameters, LIMIT_MS);
    entrance.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    entrance.close();
  }

  @Test
  void who_shows_a_certificate_is_accepted_and_may_be_silent_then() throws Exception {
    CompletableFuture<Socket> accepted = accept();

    SSLSocket member = member();
    Socket here = accepted.get(PATIENCE_S, TimeUnit.SECONDS);

    Awaitility.await("for longer than a handshake may take")
        .pollDelay(2 * LIMIT_MS, TimeUnit.MILLISECONDS)
        .until(() -> !here.isClosed());
    member.getOutputStream().write(7);
    assertThat(here.getInputStream().read()).isEqualTo(7);
  }

  /** Guard: a place is given back on every way. Were one kept, the last would be closed at once. */
  @Test
  void those_who_fail_keep_no_place() throws Exception {
    CompletableFuture<Socket> accepted = accept();
    for (int i = 0; i < Entrance.PLACES + 1; i++) {
      Socket stranger = connect();
      stranger.getOutputStream().write("hello, hello\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(isCutOff(stranger)).isTrue();
    }

    member();

    assertThat(accepted.get(PATIENCE_S, TimeUnit.SECONDS).isConnected()).isTrue();
  }

  @Test
  void those_who_come_to_no_end_hold_up_who_comes_after_them_for_a_while_at_the_most()
      throws Exception {
    CompletableFuture<Socket> accepted = accept();
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < Entrance.PLACES; i++) {
      silent.add(connect());
    }
    for (Socket stranger : silent) {
      assertThat(isCutOff(stranger)).isTrue();
    }

    member();

    assertThat(accepted.get(PATIENCE_S, TimeUnit.SECONDS).isConnected()).isTrue();
  }

  @Test
  void who_waits_at_one_that_is_closed_is_told() throws Exception {
    CompletableFuture<Socket> accepted = accept();

    entrance.close();

    assertThatThrownBy(() -> accepted.get(PATIENCE_S, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(SocketException.class);
  }

  private CompletableFuture<Socket> accept() {
    return CompletableFuture.supplyAsync(() -> {
      try {
        Socket socket = entrance.accept();
        sockets.add(socket);
        return socket;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private SSLSocket member() throws IOException {
    SSLSocket member =
        (SSLSocket)
            tls.getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), entrance.getLocalPort());
    sockets.add(member);
    member.startHandshake();
    return member;
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), entrance.getLocalPort());
    sockets.add(socket);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
    return socket;
  }

  /** Its end comes, whatever is said before. */
  private static boolean isCutOff(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // An alert says why.
      }
      return true;
    } catch (SocketException reset) {
      return true;
    }
  }
}
