package allocation.notify;

import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import allocation.log.LockedWork;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The notices' act: one mail under way at a time, and what comes meanwhile, from any shard, goes
 * into the next. No timers: the first waits for nobody.
 */
final class MailRound implements LockedWork.Action {
  /** Most lines of a mail; also the most events that a shard brings at a time. */
  static final int MAX_LINES = 500;

  private final Mailbox mailbox;
  private final ArrayDeque<Notice> waiting = new ArrayDeque<>();
  private boolean sending;

  /** What one shard wants told, whole in one mail so that it succeeds or fails whole. */
  private record Notice(List<Sku> skus, Promise<Void> told) {}

  MailRound(Mailbox mailbox) {
    this.mailbox = mailbox;
  }

  @Override
  public Future<Long> open(int shard) {
    // A mail that was sent cannot be looked up: the cursor alone knows.
    return Future.succeededFuture(0L);
  }

  @Override
  public Future<Boolean> act(int shard, List<LoggedEvent> events) {
    List<Sku> skus =
        events.stream()
            .filter(event -> event.event() instanceof OutOfStock)
            .map(LoggedEvent::sku)
            .toList();
    if (skus.isEmpty()) {
      return Future.succeededFuture(false);
    }
    Notice notice = new Notice(skus, Promise.promise());
    waiting.add(notice);
    sendNext();
    return notice.told().future().map(true);
  }

  @Override
  public Future<Void> close(int shard) {
    return Future.succeededFuture();
  }

  private void sendNext() {
    if (sending || waiting.isEmpty()) {
      return;
    }
    sending = true;
    List<Notice> mail = new ArrayList<>();
    List<Sku> lines = new ArrayList<>();
    while (!waiting.isEmpty()
        && (mail.isEmpty() || lines.size() + waiting.getFirst().skus().size() <= MAX_LINES)) {
      Notice next = waiting.removeFirst();
      mail.add(next);
      lines.addAll(next.skus());
    }
    mailbox
        .send(lines)
        .onComplete(sent -> {
          sending = false;
          for (Notice notice : mail) {
            if (sent.succeeded()) {
              notice.told().complete();
            } else {
              notice.told().fail(sent.cause());
            }
          }
          sendNext();
        });
  }
}
