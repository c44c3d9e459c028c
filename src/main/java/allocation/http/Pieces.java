package allocation.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.IdentityHashMap;
import java.util.concurrent.CancellationException;

/**
 * Sends large bodies piece by piece, as fast as they are read: who does not read one has a piece or
 * two of it waiting in his connection. What waits here to be cut into pieces is bounded. Belongs to
 * one event loop.
 */
final class Pieces {
  /** Bytes of one. */
  static final int SIZE = 32 * 1024;

  private final long limitBytes;

  /** How many are sent each body that is not sent whole; one that many are sent is there once. */
  private final IdentityHashMap<Buffer, Integer> readers = new IdentityHashMap<>();

  /** Bytes of all that is not sent whole. */
  private long held;

  /**
   * @param limitBytes of all bodies that are not sent whole
   */
  Pieces(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  static boolean isLarge(Buffer body) {
    return body.length() > SIZE;
  }

  /** Whether one more may be sent; the only one may be of any size. */
  boolean haveRoomFor(Buffer body) {
    return readers.isEmpty() || readers.containsKey(body) || held + body.length() <= limitBytes;
  }

  /** Completes when all is sent; fails when the client is gone before. */
  Future<Void> send(HttpServerResponse response, Buffer body) {
    if (readers.merge(body, 1, Integer::sum) == 1) {
      held += body.length();
    }
    response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
    response.setWriteQueueMaxSize(SIZE);
    Promise<Void> sent = Promise.promise();
    response.closeHandler(gone -> sent.tryFail(new CancellationException("the client is gone")));
    sendFrom(0, response, body, sent);
    return sent.future().onComplete(done -> letGo(body));
  }

  private void letGo(Buffer body) {
    if (readers.merge(body, -1, Integer::sum) == 0) {
      readers.remove(body);
      held -= body.length();
    }
  }

  private static void sendFrom(
      int first, HttpServerResponse response, Buffer body, Promise<Void> sent) {
    int next = first;
    while (body.length() - next > SIZE) {
      if (response.writeQueueFull()) {
        int from = next;
        response.drainHandler(drained -> sendFrom(from, response, body, sent));
        return;
      }
      response.write(body.slice(next, next + SIZE));
      next += SIZE;
    }
    response
        .end(body.slice(next, body.length()))
        .onSuccess(sent::tryComplete)
        .onFailure(sent::tryFail);
  }
}
