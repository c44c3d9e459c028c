package allocation.jgroups;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections whose handshake is done. JGroups reads the first words of one after the
 * other: who drips them would hold up whoever wants to join. Here each has a thread and a limit,
 * and only who has shown his certificate comes to be heard.
 */
final class Entrance extends ServerSocket {
  private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

  /** Handshakes at one time, and those done that nobody has taken; one more is closed at once. */
  static final int PLACES = 50;

  /** After a failure: there may be no file descriptor for a while. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final SSLSocketFactory sockets;
  private final SSLParameters parameters;
  private final long limitMs;
  private final Semaphore places = new Semaphore(PLACES);

  /** Has room for a failure beside those who have places. */
  private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>(PLACES + 1);

  private final AtomicBoolean begun = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor limits =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("allocation-cluster-limits").factory());

  /** What {@link #accept} gives or throws. */
  private sealed interface Accepted {}

  private record Member(Socket socket) implements Accepted {}

  private record Failed(IOException why) implements Accepted {}

  /**
   * @param limitMs milliseconds for a handshake as a whole
   */
  Entrance(SSLSocketFactory sockets, SSLParameters parameters, long limitMs) throws IOException {
    this.sockets = sockets;
    this.parameters = parameters;
    this.limitMs = limitMs;
    limits.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Socket accept() throws IOException {
    if (begun.compareAndSet(false, true)) {
      thread("accept", this::takeAll);
    }
    try {
      return switch (accepted.take()) {
        case Member(Socket socket) -> {
          places.release();
          yield socket;
        }
        case Failed(IOException why) -> throw why;
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted", e);
    }
  }

  private void takeAll() {
    while (!isClosed()) {
      try {
        take(super.accept());
      } catch (IOException e) {
        // One at a time: who accepts decides whether to go on.
        accepted.removeIf(Failed.class::isInstance);
        accepted.offer(new Failed(e));
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void take(Socket socket) throws IOException {
    if (!places.tryAcquire()) {
      LOG.debug("too many handshakes at one time peer={}", socket.getRemoteSocketAddress());
      close(socket);
      return;
    }
    try {
      thread("handshake", () -> shakeHands(socket));
    } catch (OutOfMemoryError noThread) {
      places.release();
      close(socket);
      throw new IOException("no thread for a handshake", noThread);
    }
  }

  private void shakeHands(Socket socket) {
    Optional<Socket> member = Optional.empty();
    try {
      member = secured(socket);
    } catch (IOException | RuntimeException e) {
      LOG.debug("no handshake peer={}", socket.getRemoteSocketAddress(), e);
    } finally {
      if (member.isEmpty()) {
        close(socket);
        places.release();
      }
    }
    member.ifPresent(done -> accepted.add(new Member(done)));
    if (isClosed()) {
      closeAll();
    }
  }

  /** Empty when it took too long. */
  private Optional<Socket> secured(Socket socket) throws IOException {
    AtomicBoolean over = new AtomicBoolean();
    // A limit for each read would let a byte at a time go on for ever.
    Future<?> limit =
        limits.schedule(
            () -> {
              if (over.compareAndSet(false, true)) {
                close(socket);
              }
            },
            limitMs,
            TimeUnit.MILLISECONDS);
    try {
      SSLSocket secured = (SSLSocket) sockets.createSocket(socket, null, socket.getPort(), true);
      secured.setUseClientMode(false);
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return over.compareAndSet(false, true) ? Optional.of(secured) : Optional.empty();
    } finally {
      limit.cancel(false);
    }
  }

  private static Thread thread(String name, Runnable work) {
    return Thread.ofPlatform().daemon().name("allocation-cluster-" + name).start(work);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a connection was not closed peer={}", socket.getRemoteSocketAddress(), e);
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    limits.shutdown();
    closeAll();
    accepted.offer(new Failed(new SocketException("closed")));
  }

  /** Those whom nobody will take any more. */
  private void closeAll() {
    for (Accepted left : List.copyOf(accepted)) {
      if (left instanceof Member(Socket socket) && accepted.remove(left)) {
        close(socket);
        places.release();
      }
    }
  }
}
