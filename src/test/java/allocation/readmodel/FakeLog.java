package allocation.readmodel;

import allocation.domain.LoggedEvent;
import allocation.log.EventLog;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A log in memory; {@code positions} answers when {@code answer} completes. */
final class FakeLog implements EventLog {
  final List<LoggedEvent> events = new CopyOnWriteArrayList<>();
  final AtomicInteger asked = new AtomicInteger();
  volatile Future<Void> answer = Future.succeededFuture();

  @Override
  public Future<Map<Integer, Long>> positions() {
    asked.incrementAndGet();
    Map<Integer, Long> positions = new TreeMap<>();
    events.forEach(event -> positions.put(event.shard(), event.position()));
    return here(answer).map(up -> positions);
  }

  @Override
  public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
    return Future.succeededFuture(
        events.stream()
            .filter(event -> event.shard() == shard && event.position() > position)
            .limit(limit)
            .toList());
  }

  /** As a database client does: answers on the event loop that asked. */
  static Future<Void> here(Future<Void> answer) {
    Context context = Objects.requireNonNull(Vertx.currentContext());
    Promise<Void> promise = Promise.promise();
    answer.onComplete(done -> context.runOnContext(back -> promise.handle(done)));
    return promise.future();
  }
}
