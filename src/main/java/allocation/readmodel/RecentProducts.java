package allocation.readmodel;

import allocation.bus.View;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Remembers the products that were asked for last: most people look at few of them, and a product
 * changes less often than it is looked at. One is forgotten when the views follow an event of its
 * SKU, before anybody is told that they have, and after {@link #FRESH_MS} in any case, since
 * another node may bring the views further and a rebuild may replace them. Belongs to one event
 * loop.
 */
final class RecentProducts {
  /** Milliseconds that a product is remembered; as old may an answer be on a node that lags. */
  static final long FRESH_MS = 1_000;

  /** Most products that are remembered. */
  static final int MOST = 10_000;

  private final Function<Sku, Future<View>> views;
  private final LongSupplier nanoClock;
  private final Map<Sku, Seen> seen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Sku, Seen> eldest) {
          return size() > MOST;
        }
      };

  /** Counts what was forgotten: an answer that was on its way meanwhile may be of before. */
  private long forgotten;

  private record Seen(View.ProductStock product, long nanos) {}

  /**
   * @param views asked for what is not remembered
   * @param nanoClock as {@link System#nanoTime}
   */
  RecentProducts(Function<Sku, Future<View>> views, LongSupplier nanoClock) {
    this.views = views;
    this.nanoClock = nanoClock;
  }

  /** The product as of what the views are known to have followed, or later. */
  Future<View> ask(Sku sku) {
    long now = nanoClock.getAsLong();
    Seen known = seen.get(sku);
    if (known != null && now - known.nanos() < TimeUnit.MILLISECONDS.toNanos(FRESH_MS)) {
      return Future.succeededFuture(known.product());
    }
    long before = forgotten;
    return views
        .apply(sku)
        .onSuccess(view -> {
          // A SKU that does not exist is any caller's invention: it must not push real ones out.
          if (before == forgotten && view instanceof View.ProductStock product) {
            seen.put(sku, new Seen(product, now));
          }
        });
  }

  /** The views have followed these events. */
  void forget(List<LoggedEvent> events) {
    forgotten++;
    if (!seen.isEmpty()) {
      events.forEach(event -> seen.remove(event.sku()));
    }
  }

  /** The views have followed events that are not known here. */
  void forgetAll() {
    forgotten++;
    seen.clear();
  }
}
