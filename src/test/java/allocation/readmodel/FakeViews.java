package allocation.readmodel;

import static java.util.stream.Collectors.toMap;

import allocation.bus.View;
import allocation.bus.View.BatchStock;
import allocation.bus.View.OrderLines;
import allocation.bus.View.ProductPage;
import allocation.bus.View.ProductStock;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Views with nothing in them but their cursors; they apply when the gate is open. */
final class FakeViews implements Views {
  final Map<Integer, Long> cursors = new ConcurrentHashMap<>();
  final Promise<Void> gate = Promise.promise();

  /** Products that were asked for. */
  final List<Sku> questions = new CopyOnWriteArrayList<>();

  /** How often the cursors of all shards were read. */
  final AtomicInteger looks = new AtomicInteger();

  final Promise<Void> applying = Promise.promise();

  /** How often more it fails to apply. */
  final AtomicInteger failures = new AtomicInteger();

  volatile Future<Void> database = Future.succeededFuture();

  @Override
  public Future<Long> cursor(int shard) {
    return Future.succeededFuture(cursors.getOrDefault(shard, 0L));
  }

  @Override
  public Future<Map<Integer, Long>> cursors() {
    looks.incrementAndGet();
    return FakeLog.here(database).map(up -> Map.copyOf(cursors));
  }

  @Override
  public Future<List<Long>> apply(List<Run> runs) {
    applying.tryComplete();
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return FakeLog.here(Future.failedFuture("the database is away")).mapEmpty();
    }
    return FakeLog.here(gate.future()).map(open -> runs.stream().map(this::apply).toList());
  }

  private long apply(Run run) {
    if (cursors.getOrDefault(run.shard(), 0L) == run.cursor()) {
      cursors.put(run.shard(), run.last());
    }
    return cursors.getOrDefault(run.shard(), 0L);
  }

  @Override
  public Future<Map<OrderId, OrderLines>> byOrders(Set<OrderId> orders) {
    return FakeLog.here(database)
        .map(up ->
            orders.stream()
                .collect(toMap(order -> order, order -> new OrderLines(order, List.of()))));
  }

  @Override
  public Future<Map<Sku, ProductStock>> bySkus(Set<Sku> skus) {
    questions.addAll(skus);
    return FakeLog.here(database)
        .map(up ->
            skus.stream()
                .filter(sku -> !sku.value().equals("none"))
                .collect(toMap(sku -> sku, sku -> new ProductStock(sku, 0, 0, List.of()))));
  }

  @Override
  public Future<Optional<BatchStock>> byRef(BatchRef ref) {
    return FakeLog.here(database).map(up -> Optional.empty());
  }

  @Override
  public Future<View.ProductPage> page(Optional<Sku> after, int limit) {
    return FakeLog.here(database).map(up -> new ProductPage(List.of(), Optional.empty()));
  }
}
