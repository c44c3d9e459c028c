package allocation.wire;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.core.streams.ReadStream;

/**
 * Cuts bytes into frames: four bytes of length (big-endian), then that many bytes. A length is
 * looked at before any byte of its frame is kept, so nobody makes us keep more than a frame.
 */
public final class FrameReader {
  private static final int LENGTH_BYTES = 4;

  private final RecordParser parser;
  private final int maxBytes;
  private final Handler<Buffer> frames;
  private final Handler<String> broken;
  private int expected = LENGTH_BYTES;
  private boolean inFrame;
  private boolean ended;

  /**
   * Starts reading.
   *
   * @param maxBytes longest frame
   * @param broken is told once why what came is no frame; nothing is read after it
   */
  public FrameReader(
      ReadStream<Buffer> bytes, int maxBytes, Handler<Buffer> frames, Handler<String> broken) {
    this.maxBytes = maxBytes;
    this.frames = frames;
    this.broken = broken;
    this.parser = RecordParser.newFixed(LENGTH_BYTES, bytes);
    parser.handler(this::part);
  }

  /** A frame with this content. */
  public static Buffer framed(byte[] content) {
    return Buffer.buffer(LENGTH_BYTES + content.length)
        .appendInt(content.length)
        .appendBytes(content);
  }

  /** Gives out no more frames, and lets the sender wait. */
  public void pause() {
    parser.pause();
  }

  public void resume() {
    parser.resume();
  }

  /** Gives out nothing any more. */
  public void end() {
    ended = true;
  }

  private void part(Buffer part) {
    // At the end of the stream the parser hands out what there is, whole or not.
    if (ended || part.length() < expected) {
      return;
    }
    if (inFrame) {
      next(LENGTH_BYTES, false);
      frames.handle(part);
      return;
    }
    int length = part.getInt(0);
    if (length < 1 || length > maxBytes) {
      ended = true;
      broken.handle("a frame must have 1 to %d bytes, not %d".formatted(maxBytes, length));
      return;
    }
    next(length, true);
  }

  private void next(int bytes, boolean frame) {
    expected = bytes;
    inFrame = frame;
    parser.fixedSizeMode(bytes);
  }
}
