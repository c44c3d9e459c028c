package allocation.client;

import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.domain.LoggedEvent;
import allocation.given.InMemoryEventLog;
import allocation.wire.PublicLog;
import allocation.wire.PublicLog.Request;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A way to a log in memory, which says and loses what a test wants. */
final class FakeLink implements Link {
  final InMemoryEventLog log = new InMemoryEventLog();
  final List<String> asked = new CopyOnWriteArrayList<>();
  volatile Function<String, Future<String>> service =
      json -> Future.failedFuture(PublicFailure.BUSY.exception("nobody is there"));
  volatile boolean away;
  private final Queue<Promise<Void>> pages = new ConcurrentLinkedQueue<>();
  private volatile boolean holdsPages;

  /** How far the log is comes after this, as it was when it was asked. */
  volatile Future<Void> positions = Future.succeededFuture();

  final AtomicInteger positionsAsked = new AtomicInteger();
  private final List<Consumer<String>> ears = new CopyOnWriteArrayList<>();

  @Override
  public Future<String> request(String address, String json, long timeoutMs) {
    if (address.equals(PublicAddresses.LOG)) {
      return away ? Future.failedFuture(PublicFailure.BUSY.exception("away")) : read(json);
    }
    asked.add(json);
    return service.apply(json);
  }

  private Future<String> read(String json) {
    return switch (Request.read(json)) {
      case Request.Positions all -> {
        Future<String> asOfNow = log.positions().map(PublicLog::text);
        positionsAsked.incrementAndGet();
        yield positions.compose(go -> asOfNow);
      }
      case Request.After after -> {
        Promise<Void> go = Promise.promise();
        if (holdsPages) {
          pages.add(go);
        } else {
          go.complete();
        }
        yield go.future()
            .compose(now -> log.after(after.shard(), after.position(), after.limit()))
            .map(events -> PublicLog.text(after.shard(), events));
      }
    };
  }

  /** From now on each waits until it is released. */
  void holdPages() {
    holdsPages = true;
  }

  int heldPages() {
    return pages.size();
  }

  /** The one that has waited for longest. */
  void releasePage() {
    pages.remove().complete();
  }

  @Override
  public Ear listen(Consumer<String> heard) {
    ears.add(heard);
    return () -> ears.remove(heard);
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }

  int listeners() {
    return ears.size();
  }

  void publish(String text) {
    ears.forEach(ear -> ear.accept(text));
  }

  /** Writes events, and tells of them. */
  void commit(int shard, int events) {
    tell(log.append(shard, "CHAIR", events));
  }

  void tell(List<LoggedEvent> events) {
    publish(
        new PublicLog.Run(
                events.getFirst().shard(),
                events.getFirst().position(),
                events.getLast().position(),
                new ArrayList<>(events.stream().map(LoggedEvent::data).toList()))
            .text());
  }
}
