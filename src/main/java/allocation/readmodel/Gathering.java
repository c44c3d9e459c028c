package allocation.readmodel;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Asks about many keys at once: what comes in one turn of the event loop, or while two questions
 * are under way, goes together in the next one. Under load the questions grow by themselves.
 * Belongs to one event loop.
 *
 * @param <V> the answer; every key that is asked about has one
 */
final class Gathering<K, V> {
  /** Two, so that the database works on one while the answers of the other are handed out. */
  private static final int MOST_UNDER_WAY = 2;

  /** Most keys of one question. */
  static final int MOST_KEYS = 256;

  private final int maxWaiting;
  private final Consumer<Runnable> afterThisTurn;
  private final Function<Set<K>, Future<Map<K, V>>> question;
  private final Map<K, Asked<V>> waiting = new LinkedHashMap<>();
  private int callers;
  private int underWay;
  private boolean isDue;

  /** A key with those who want to know about it. */
  private static final class Asked<V> {
    private final Promise<V> answer = Promise.promise();
    private int callers;
  }

  /** There is no room for one more caller; nothing was asked. */
  static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Full() {
      super("too many questions are waiting", null, false, false);
    }
  }

  /**
   * @param maxWaiting most callers that wait for a question to begin; one more fails at once
   * @param afterThisTurn runs what it is given when the event loop is done with what it is about
   */
  Gathering(
      int maxWaiting,
      Consumer<Runnable> afterThisTurn,
      Function<Set<K>, Future<Map<K, V>>> question) {
    this.maxWaiting = maxWaiting;
    this.afterThisTurn = afterThisTurn;
    this.question = question;
  }

  /** The answer as of now or later, never of before; fails with {@link Full} or as the question. */
  Future<V> ask(K key) {
    if (callers == maxWaiting) {
      return Future.failedFuture(new Full());
    }
    callers++;
    Asked<V> asked = waiting.computeIfAbsent(key, first -> new Asked<>());
    asked.callers++;
    Future<V> answer = asked.answer.future();
    if (!isDue) {
      isDue = true;
      afterThisTurn.accept(() -> {
        isDue = false;
        next();
      });
    }
    return answer;
  }

  private void next() {
    if (underWay == MOST_UNDER_WAY || waiting.isEmpty()) {
      return;
    }
    Map<K, Asked<V>> asked = take();
    underWay++;
    Future.succeededFuture(asked.keySet())
        .compose(question)
        .onComplete(done -> {
          underWay--;
          asked.forEach((key, who) -> {
            if (done.succeeded()) {
              who.answer.complete(done.result().get(key));
            } else {
              who.answer.fail(done.cause());
            }
          });
          next();
        });
  }

  private Map<K, Asked<V>> take() {
    Map<K, Asked<V>> taken = new HashMap<>();
    Iterator<Map.Entry<K, Asked<V>>> all = waiting.entrySet().iterator();
    while (all.hasNext() && taken.size() < MOST_KEYS) {
      Map.Entry<K, Asked<V>> next = all.next();
      taken.put(next.getKey(), next.getValue());
      callers -= next.getValue().callers;
      all.remove();
    }
    return taken;
  }
}
