package allocation.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/**
 * Sends a large body piece by piece, as fast as it is read: who does not read it has a piece or two
 * of it waiting in memory, and not all of it.
 */
final class Pieces {
  /** Bytes of one. */
  static final int SIZE = 32 * 1024;

  private Pieces() {}

  /** Completes when all is sent; never, when the client is gone before. */
  static Future<Void> send(HttpServerResponse response, Buffer body) {
    response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
    response.setWriteQueueMaxSize(SIZE);
    Promise<Void> sent = Promise.promise();
    sendFrom(0, response, body, sent);
    return sent.future();
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
    response.end(body.slice(next, body.length())).onComplete(sent);
  }
}
