package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that send a byte a second, half of them of a head and half of a body. */
final class SlowClients implements AutoCloseable {
  private static final long DRIP_MS = 1_000;

  private static final byte[] HEAD =
      "GET /health/live HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BODY =
      String.join(
              "\r\n",
              "POST /v1/allocations HTTP/1.1",
              "Host: localhost",
              "Content-Type: application/json",
              "Content-Length: 1000",
              "",
              "")
          .getBytes(StandardCharsets.US_ASCII);

  private final int port;
  private final int ofEachKind;
  private final List<Socket> sockets = new ArrayList<>();
  private final Timer clock = new Timer("drip", true);
  private final AtomicLong drips = new AtomicLong();

  SlowClients(int port, int ofEachKind) {
    this.port = port;
    this.ofEachKind = ofEachKind;
  }

  void begin() throws IOException {
    for (int i = 0; i < 2 * ofEachKind; i++) {
      sockets.add(connect(i));
    }
    TimerTask task =
        new TimerTask() {
          @Override
          public void run() {
            drip();
          }
        };
    clock.scheduleAtFixedRate(task, 0, DRIP_MS);
  }

  /** Bytes that all of them have sent since they began. */
  long drips() {
    return drips.get();
  }

  private Socket connect(int number) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write(number % 2 == 0 ? HEAD : BODY);
    return socket;
  }

  private void drip() {
    for (int i = 0; i < sockets.size(); i++) {
      try {
        sockets.get(i).getOutputStream().write('x');
        drips.incrementAndGet();
      } catch (IOException cutOff) {
        comeAgain(i);
      }
    }
  }

  /** Who is cut off. */
  private void comeAgain(int number) {
    try {
      sockets.get(number).close();
      sockets.set(number, connect(number));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    clock.cancel();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
