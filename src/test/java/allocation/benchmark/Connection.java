package allocation.benchmark;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A kept HTTP/1.1 connection with at most one request under way. */
final class Connection {
  private static final byte[] CONTENT_LENGTH =
      "content-length:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RETRY_AFTER = "retry-after:".getBytes(StandardCharsets.US_ASCII);

  private final SocketChannel channel;
  private ByteBuffer in = ByteBuffer.allocate(4 * 1024);
  private long number;
  private long from;
  private int bodyStart;
  private int end;
  private boolean retryAfter;

  Connection(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Sends a request.
   *
   * @param from the {@link System#nanoTime} that its latency counts from
   */
  void send(byte[] request, long number, long from) throws IOException {
    this.number = number;
    this.from = from;
    in.clear();
    end = -1;
    retryAfter = false;
    ByteBuffer out = ByteBuffer.wrap(request);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** Reads what has come; true when the answer is whole. */
  boolean receive() throws IOException {
    if (channel.read(in) < 0) {
      throw new EOFException("the server closed a connection");
    }
    if (end < 0) {
      findEnd();
    }
    return end >= 0 && in.position() >= end;
  }

  long number() {
    return number;
  }

  long from() {
    return from;
  }

  int status() {
    return (in.get(9) - '0') * 100 + (in.get(10) - '0') * 10 + in.get(11) - '0';
  }

  /** Whether the answer says when to come back. */
  boolean hasRetryAfter() {
    return retryAfter;
  }

  ByteBuffer body() {
    return in.slice(bodyStart, end - bodyStart);
  }

  void close() throws IOException {
    channel.close();
  }

  private void findEnd() {
    int length = 0;
    int lineStart = 0;
    for (int i = 0; i + 1 < in.position(); i++) {
      if (in.get(i) != '\r' || in.get(i + 1) != '\n') {
        continue;
      }
      if (i == lineStart) {
        bodyStart = i + 2;
        end = bodyStart + length;
        makeRoom();
        return;
      }
      if (isHeader(CONTENT_LENGTH, lineStart)) {
        length = number(lineStart + CONTENT_LENGTH.length, i);
      } else if (isHeader(RETRY_AFTER, lineStart)) {
        retryAfter = true;
      }
      lineStart = i + 2;
    }
  }

  private void makeRoom() {
    if (end > in.capacity()) {
      in.flip();
      in = ByteBuffer.allocate(2 * end).put(in);
    }
  }

  private boolean isHeader(byte[] name, int at) {
    for (int i = 0; i < name.length; i++) {
      if ((in.get(at + i) | 0x20) != (name[i] | 0x20)) {
        return false;
      }
    }
    return true;
  }

  private int number(int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      if (in.get(i) != ' ') {
        number = number * 10 + in.get(i) - '0';
      }
    }
    return number;
  }
}
