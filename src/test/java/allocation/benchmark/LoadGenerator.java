package allocation.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Sends HTTP/1.1 requests over kept connections from one thread, one request at a time on each.
 *
 * <p>Closed loop: each connection sends its next request when the last one is answered. Open loop:
 * requests become due at a constant rate whatever the server does; a latency counts from the moment
 * its request was due, so that a server that stands still is charged for all that would have come
 * meanwhile (no coordinated omission). Due times fall on whole milliseconds, as the selector's do.
 *
 * <p>Our own, and not wrk or Hyperfoil, because each answer has to be remembered for the check
 * against the database, and because what it costs (6 to 8 microseconds of CPU a request) comes out
 * of the two cores that it shares with the server.
 */
final class LoadGenerator implements AutoCloseable {
  private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();
  private static final Duration NO_LIMIT = Duration.ofDays(1);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

  private final Selector selector;
  private final Wait wait;
  private final List<Connection> connections = new ArrayList<>();
  private long numbers;

  /**
   * What happened in one run; refusals are answers of 503. {@code seconds} is the time in which
   * requests were sent.
   */
  record Result(
      Histogram latencies, Histogram refusals, Map<Integer, Long> statuses, double seconds) {
    /** Latencies of all answers but refusals. */
    Histogram accepted() {
      Histogram accepted = latencies.copy();
      accepted.subtract(refusals);
      return accepted;
    }

    long answers() {
      return latencies.getTotalCount();
    }

    double perSecond() {
      return answers() / seconds;
    }

    /** Answers with a status from 200 to 299. */
    long good() {
      return statuses.entrySet().stream()
          .filter(status -> status.getKey() / 100 == 2)
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }

  /** What it does until there is an answer. */
  enum Wait {
    /** Leaves its processor to the servers that share it. */
    ASLEEP,
    /**
     * Keeps a processor of its own busy. To wake one that rests costs whoever sends it something,
     * here the server: by perf 18 % of all that its processor did in a flood, on a virtual machine.
     */
    AWAKE
  }

  LoadGenerator(int port, int connections) {
    this(List.of(port), connections);
  }

  /** Over as many connections to each of several servers as to the others. */
  LoadGenerator(List<Integer> ports, int connections) {
    this(ports, connections, Wait.ASLEEP);
  }

  LoadGenerator(int port, int connections, Wait wait) {
    this(List.of(port), connections, wait);
  }

  private LoadGenerator(List<Integer> ports, int connections, Wait wait) {
    this.wait = wait;
    try {
      selector = Selector.open();
      for (int i = 0; i < connections; i++) {
        SocketChannel channel =
            SocketChannel.open(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), ports.get(i % ports.size())));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        Connection connection = new Connection(channel);
        channel.register(selector, SelectionKey.OP_READ, connection);
        this.connections.add(connection);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A closed loop of its own connections. */
  static Result closedLoop(int port, int connections, Workload workload, Duration duration) {
    try (LoadGenerator load = new LoadGenerator(port, connections)) {
      return load.closedLoop(workload, duration);
    }
  }

  /** As fast as the answers come. */
  Result closedLoop(Workload workload, Duration duration) {
    return new Run(workload, duration, Long.MAX_VALUE, 0).go();
  }

  /** So many requests, as fast as the answers come. */
  Result times(Workload workload, long requests) {
    return new Run(workload, NO_LIMIT, requests, 0).go();
  }

  /** At so many requests a second. */
  Result openLoop(Workload workload, Duration duration, double perSecond) {
    return new Run(workload, duration, Long.MAX_VALUE, perSecond).go();
  }

  @Override
  public void close() {
    try {
      for (Connection connection : connections) {
        connection.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Run {
    private final Workload workload;
    private final double perSecond;
    private final long durationNanos;
    private final long most;
    private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
    private final Histogram refusals = new Histogram(LONGEST_NANOS, 3);
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>(connections);
    private long begun;
    private long scheduled;
    private long sent;
    private int open;

    Run(Workload workload, Duration duration, long most, double perSecond) {
      this.workload = workload;
      this.durationNanos = duration.toNanos();
      this.most = most;
      this.perSecond = perSecond;
    }

    Result go() {
      try {
        begun = System.nanoTime();
        long now = begun;
        while (goesOn(now)) {
          sendDue(now);
          if (wait == Wait.AWAKE) {
            selector.selectNow(this::ready);
          } else {
            selector.select(this::ready, 1);
          }
          now = System.nanoTime();
        }
        double seconds = (now - begun) / 1e9;
        long limit = now + DRAIN_LIMIT.toNanos();
        while (open > 0) {
          selector.select(this::ready, 100);
          if (System.nanoTime() > limit) {
            throw new IllegalStateException(open + " requests got no answer");
          }
        }
        return new Result(latencies, refusals, statuses, seconds);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private boolean goesOn(long now) {
      return now - begun < durationNanos && sent < most;
    }

    private void sendDue(long now) throws IOException {
      if (perSecond == 0) {
        while (!idle.isEmpty() && sent < most) {
          send(idle.removeFirst(), System.nanoTime());
        }
        return;
      }
      while (!idle.isEmpty()) {
        long dueMillis = (long) (scheduled * 1_000 / perSecond) + 1;
        long due = begun + dueMillis * 1_000_000;
        if (due > now) {
          return;
        }
        scheduled++;
        send(idle.removeFirst(), due);
      }
    }

    private void send(Connection connection, long from) throws IOException {
      connection.send(workload.request(numbers), numbers, from);
      numbers++;
      sent++;
      open++;
    }

    private void ready(SelectionKey key) {
      Connection connection = (Connection) key.attachment();
      try {
        if (connection.receive()) {
          long now = System.nanoTime();
          long latency = Math.min(now - connection.from(), LONGEST_NANOS);
          latencies.recordValue(latency);
          if (connection.status() == 503) {
            if (!connection.hasRetryAfter()) {
              throw new IllegalStateException("a 503 that does not say when to come back");
            }
            refusals.recordValue(latency);
          }
          statuses.merge(connection.status(), 1L, Long::sum);
          workload.answered(connection.number(), connection.status(), connection.body());
          open--;
          if (perSecond == 0 && goesOn(now)) {
            send(connection, now);
          } else {
            idle.addLast(connection);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
