package allocation.client;

import allocation.bus.PublicAddresses;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads of the log by all shards of a subscription, a few at a time: a bridge keeps only so many
 * answers that are not read yet. Belongs to one event loop.
 */
final class Pages {
  /** Pages of 500 events of some 250 bytes, and a bridge keeps 1 MiB. */
  static final int MOST_AT_ONCE = 4;

  private static final long PATIENCE_MS = 10_000;

  private final Context context;
  private final Link link;
  private final Deque<Wanted> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean closed;

  private record Wanted(String page, Promise<String> answer) {}

  Pages(Context context, Link link) {
    this.context = context;
    this.link = link;
  }

  Future<String> read(String page) {
    Wanted wanted = new Wanted(page, Promise.promise());
    waiting.add(wanted);
    next();
    return wanted.answer().future();
  }

  /** Asks for no more; what is not read by now never is. */
  void close() {
    closed = true;
    waiting.clear();
  }

  private void next() {
    while (!closed && underWay < MOST_AT_ONCE && !waiting.isEmpty()) {
      Wanted wanted = waiting.remove();
      underWay++;
      link.request(PublicAddresses.LOG, wanted.page(), PATIENCE_MS)
          .onComplete(answer -> context.runOnContext(turn -> answered(wanted, answer)));
    }
  }

  private void answered(Wanted wanted, AsyncResult<String> answer) {
    underWay--;
    if (answer.succeeded()) {
      wanted.answer().complete(answer.result());
    } else {
      wanted.answer().fail(answer.cause());
    }
    next();
  }
}
