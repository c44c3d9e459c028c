package allocation.http;

import allocation.json.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies, each whole: up to a limit of its own and one of all together, and within a
 * deadline, since an idle time-out does not stop a body that drips a byte a second. Belongs to one
 * event loop.
 */
final class BodyReader {
  private static final Buffer NOTHING = Buffer.buffer();
  private static final int LOOKS_PER_DEADLINE = 10;
  private static final long LINGER_MS = 1_000;

  private final Vertx vertx;
  private final int limitBytes;
  private final long limitOfAllBytes;
  private final long timeoutMs;
  // In the order of their deadlines. One look at it now and then is cheaper than a timer for each.
  private final Set<Reading> open = new LinkedHashSet<>();

  /** Bytes of what is being read, and of what was and is not {@link #done} yet. */
  private long held;

  BodyReader(Vertx vertx, int limitBytes, long limitOfAllBytes, long timeoutMs) {
    this.vertx = vertx;
    this.limitBytes = limitBytes;
    this.limitOfAllBytes = limitOfAllBytes;
    this.timeoutMs = timeoutMs;
  }

  /** Starts to watch the deadlines; ends with the verticle. */
  void start() {
    vertx.setPeriodic(Math.max(1, timeoutMs / LOOKS_PER_DEADLINE), tick -> endTheLate());
  }

  /**
   * The whole body, empty when there is none; it takes up room until it is {@link #done}. Fails
   * with a {@link ProblemException} when it is too large or too late, or there is no room for it:
   * the connection then has to be closed by {@link #closeAfterAnswer}.
   */
  Future<Buffer> read(HttpServerRequest request) {
    return read(request, true);
  }

  /** The same of a body that nobody wants: nothing of it is kept. */
  Future<Buffer> discard(HttpServerRequest request) {
    return read(request, false);
  }

  /** What was read is not needed any more. */
  void done(Buffer body) {
    held -= body.length();
  }

  private Future<Buffer> read(HttpServerRequest request, boolean isWanted) {
    if (!isAwaited(request)) {
      return Future.succeededFuture(NOTHING);
    }
    if (declaredLength(request) > limitBytes) {
      return Future.failedFuture(tooLarge());
    }
    if (expectsContinue(request)) {
      request.response().writeContinue();
    }
    Reading reading = new Reading(request, isWanted);
    open.add(reading);
    return reading.whole.future().onComplete(done -> open.remove(reading));
  }

  /**
   * Throws the rest of a request away for a moment, then closes. Closing at once would reset the
   * connection under a client that still sends, and the answer would be lost with it.
   */
  void closeAfterAnswer(HttpServerRequest request) {
    if (request.isEnded()) {
      request.connection().close();
      return;
    }
    request.handler(discarded -> {});
    request.exceptionHandler(gone -> {});
    long timer = vertx.setTimer(LINGER_MS, fired -> request.connection().close());
    request.endHandler(ended -> {
      vertx.cancelTimer(timer);
      request.connection().close();
    });
  }

  /** Whether a body follows, or may. */
  static boolean isAwaited(HttpServerRequest request) {
    if (request.isEnded()) {
      return false;
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null
        ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        : !length.equals("0");
  }

  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    // The decoder has refused what is not a number.
    return length == null ? 0 : Long.parseLong(length.strip());
  }

  /** Whether the client waits for a word before it sends its body. */
  static boolean expectsContinue(HttpServerRequest request) {
    String expectation = request.getHeader(HttpHeaders.EXPECT);
    return expectation != null && expectation.equalsIgnoreCase("100-continue");
  }

  private ProblemException tooLarge() {
    return new ProblemException(
        ProblemType.CONTENT_TOO_LARGE, "The body must be at most %d bytes".formatted(limitBytes));
  }

  private void endTheLate() {
    long now = System.nanoTime();
    // Ended after they were gathered: an end answers, and the answer may start the next request.
    List<Reading> late = open.stream().takeWhile(reading -> reading.deadline - now <= 0).toList();
    late.forEach(reading ->
        reading.end(
            new ProblemException(
                ProblemType.REQUEST_TIMEOUT,
                "The body must arrive within %d milliseconds".formatted(timeoutMs))));
  }

  /** A body on its way. */
  private final class Reading {
    private final Promise<Buffer> whole = Promise.promise();
    private final boolean isWanted;
    private final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    private @Nullable Buffer first;
    private @Nullable Buffer all;
    private long length;
    private int kept;

    Reading(HttpServerRequest request, boolean isWanted) {
      this.isWanted = isWanted;
      request.handler(this::add);
      request.exceptionHandler(cause ->
          end(
              new ProblemException(
                  ProblemType.INVALID_REQUEST, "The body ended too early or was malformed")));
      request.endHandler(ended -> whole.tryComplete(result()));
    }

    private void add(Buffer chunk) {
      length += chunk.length();
      if (length > limitBytes) {
        end(tooLarge());
      } else if (isWanted && !whole.future().isComplete()) {
        keep(chunk);
      }
    }

    private void keep(Buffer chunk) {
      if (held + chunk.length() > limitOfAllBytes) {
        end(new ProblemException(ProblemType.BUSY, "There is no room for more bodies; come again"));
        return;
      }
      held += chunk.length();
      kept += chunk.length();
      if (first == null) {
        // Most bodies are one chunk, which then need not be copied.
        first = chunk;
      } else {
        if (all == null) {
          all = Buffer.buffer().appendBuffer(first);
        }
        all.appendBuffer(chunk);
      }
    }

    private void giveUp() {
      held -= kept;
      kept = 0;
      first = null;
      all = null;
    }

    private Buffer result() {
      return all != null ? all : first != null ? first : NOTHING;
    }

    private void end(Throwable cause) {
      // One that was handed over is its reader's.
      if (whole.tryFail(cause)) {
        giveUp();
      }
    }
  }
}
