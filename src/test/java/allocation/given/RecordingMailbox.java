package allocation.given;

import allocation.domain.Sku;
import allocation.notify.Mailbox;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Keeps the mails; holds them under way, or refuses them, when it is told to. */
public final class RecordingMailbox implements Mailbox {
  private final List<List<String>> mails = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;
  private int refusals;

  public synchronized List<List<String>> mails() {
    return List.copyOf(mails);
  }

  /** Keeps mails under way until {@link #deliver}. */
  public synchronized void hold() {
    holding = true;
  }

  public void deliver() {
    List<Runnable> now;
    synchronized (this) {
      holding = false;
      now = List.copyOf(held);
      held.clear();
    }
    now.forEach(Runnable::run);
  }

  public synchronized void refuse(int next) {
    refusals = next;
  }

  @Override
  public synchronized Future<Void> send(List<Sku> outOfStock) {
    if (refusals > 0) {
      refusals--;
      return Later.failed("the mail server is away");
    }
    mails.add(outOfStock.stream().map(Sku::value).toList());
    if (holding) {
      Promise<Void> promise = Promise.promise();
      Context caller = Objects.requireNonNull(Vertx.currentContext());
      held.add(() -> caller.runOnContext(turn -> promise.complete()));
      return promise.future();
    }
    return Later.<Object>done(() -> outOfStock).mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
