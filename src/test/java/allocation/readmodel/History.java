package allocation.readmodel;

import allocation.bus.Shards;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Decision;
import allocation.domain.Event;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.Deallocated;
import allocation.domain.Facts;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.json.EventJson;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;

/** What a shop's life might write to the log: random commands, decided by the domain itself. */
public final class History {
  private static final int SKUS = 6;
  private static final int ORDERS = 25;
  private static final LocalDate DAY = LocalDate.of(2026, 1, 1);

  private final Random random;
  private final Shards shards;
  private final Map<Sku, Product> products = new HashMap<>();
  private final Map<BatchRef, Sku> batches = new TreeMap<>();
  private final Map<String, OrderLine> lines = new TreeMap<>();
  private final Map<Integer, Long> positions = new HashMap<>();

  public History(long seed, int shardCount) {
    random = new Random(seed);
    shards = new Shards(shardCount);
  }

  /** The events of some more commands, in the order in which they happened. */
  public List<LoggedEvent> next(int commands) {
    List<LoggedEvent> events = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      events.addAll(next());
    }
    return events;
  }

  /** The events of one command: none, or all in one shard. */
  public List<LoggedEvent> next() {
    Command command = command();
    Sku sku =
        switch (command) {
          case Command.CreateBatch c -> c.sku();
          case Command.ChangeBatch c -> Objects.requireNonNull(batches.get(c.ref()));
          case Command.Allocate c -> c.sku();
          case Command.Deallocate c -> c.sku();
        };
    Decision decision =
        products.getOrDefault(sku, Product.unknown(sku)).decide(command, new Known(sku));
    products.put(sku, decision.product());
    decision.product().batches().forEach(batch -> batches.put(batch.ref(), sku));
    return decision.events().stream().map(event -> log(sku, event)).toList();
  }

  private Command command() {
    int dice = random.nextInt(100);
    if (batches.isEmpty() || dice < 10) {
      BatchRef ref = new BatchRef("batch-" + random.nextInt(40));
      Sku sku = batches.getOrDefault(ref, sku());
      return new Command.CreateBatch(ref, sku, 1 + random.nextInt(40), arrival());
    }
    if (dice < 30) {
      OptionalInt quantity =
          random.nextInt(4) > 0 ? OptionalInt.of(random.nextInt(50)) : OptionalInt.empty();
      Optional<Arrival> arrival =
          random.nextInt(3) == 0 ? Optional.of(arrival()) : Optional.empty();
      return new Command.ChangeBatch(any(batches.keySet()), quantity, arrival);
    }
    if (dice < 50 && !lines.isEmpty()) {
      OrderLine line = any(lines.values());
      return new Command.Deallocate(line.orderId(), line.sku());
    }
    return new Command.Allocate(
        new OrderId("order-" + random.nextInt(ORDERS)), sku(), 1 + random.nextInt(9));
  }

  private Sku sku() {
    return new Sku("sku-" + random.nextInt(SKUS));
  }

  private Arrival arrival() {
    return random.nextBoolean() ? Arrival.inStock() : Arrival.due(DAY.plusDays(random.nextInt(9)));
  }

  private <T> T any(Iterable<T> choices) {
    List<T> all = new ArrayList<>();
    choices.forEach(all::add);
    return all.get(random.nextInt(all.size()));
  }

  private LoggedEvent log(Sku sku, Event event) {
    int shard = shards.of(sku);
    long position = positions.merge(shard, 1L, Long::sum);
    if (event instanceof Allocated e) {
      OrderLine had = lines.get(key(e.orderId(), sku));
      long age = had == null ? position : had.position();
      lines.put(
          key(e.orderId(), sku), new OrderLine(e.orderId(), sku, e.quantity(), e.batchRef(), age));
    } else if (event instanceof Deallocated e) {
      lines.remove(key(e.orderId(), sku));
    }
    return EventJson.logged(shard, position, sku, event, Instant.EPOCH, "unit", "correlation");
  }

  private static String key(OrderId orderId, Sku sku) {
    return orderId + " " + sku;
  }

  private final class Known implements Facts {
    private final Sku sku;

    Known(Sku sku) {
      this.sku = sku;
    }

    @Override
    public long nextPosition() {
      return positions.getOrDefault(shards.of(sku), 0L) + 1;
    }

    @Override
    public Optional<OrderLine> line(OrderId orderId) {
      return Optional.ofNullable(lines.get(key(orderId, sku)));
    }

    @Override
    public Optional<Sku> ownerOf(BatchRef ref) {
      return Optional.ofNullable(batches.get(ref));
    }

    @Override
    public List<OrderLine> linesAbove(BatchRef ref, int quantity) {
      return lines.values().stream()
          .filter(line -> line.batchRef().equals(ref))
          .sorted(Comparator.comparingLong(OrderLine::position).reversed())
          .toList();
    }
  }
}
