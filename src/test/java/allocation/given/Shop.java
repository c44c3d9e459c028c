package allocation.given;

import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Decision;
import allocation.domain.Event;
import allocation.domain.Facts;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Product;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The domain with a memory: what the service is without its machinery. All SKUs are in one shard;
 * lines and refs come from the events alone.
 */
public final class Shop {
  private final Map<Sku, Product> products = new HashMap<>();
  private final Map<Key, OrderLine> lines = new HashMap<>();
  private final Map<BatchRef, Sku> owners = new HashMap<>();
  private final List<Logged> log = new ArrayList<>();

  private record Key(OrderId orderId, Sku sku) {}

  /** An event and the SKU it is about; its position is its place in the log, from 1. */
  public record Logged(Sku sku, Event event) {}

  /** Decides the command and remembers what came of it. */
  public Outcome apply(Command command) {
    Optional<Sku> sku =
        switch (command) {
          case Command.CreateBatch create -> Optional.of(create.sku());
          case Command.Allocate allocate -> Optional.of(allocate.sku());
          case Command.Deallocate deallocate -> Optional.of(deallocate.sku());
          case Command.ChangeBatch change -> Optional.ofNullable(owners.get(change.ref()));
        };
    if (sku.isEmpty() && command instanceof Command.ChangeBatch change) {
      // What the entrance says, which has no SKU to send the command to.
      return new Outcome.Refused(new Refusal.UnknownBatch(change.ref()));
    }
    return decide(sku.orElseThrow(), command);
  }

  /** Every SKU's product that a command was about. */
  public Map<Sku, Product> products() {
    return products;
  }

  public Product product(Sku sku) {
    return products.getOrDefault(sku, Product.unknown(sku));
  }

  /** What is allocated now, in no order. */
  public List<OrderLine> lines() {
    return List.copyOf(lines.values());
  }

  public List<Logged> log() {
    return log;
  }

  private Outcome decide(Sku sku, Command command) {
    Decision decision = product(sku).decide(command, facts(sku));
    for (Event event : decision.events()) {
      log.add(new Logged(sku, event));
      remember(sku, event);
    }
    products.put(sku, decision.product());
    return Outcome.of(decision);
  }

  private void remember(Sku sku, Event event) {
    switch (event) {
      case Event.BatchCreated e -> owners.put(e.ref(), sku);
      case Event.Allocated e -> {
        Key key = new Key(e.orderId(), sku);
        OrderLine line =
            e.movedFrom().isPresent()
                ? line(key).orElseThrow().movedTo(e.batchRef())
                : new OrderLine(e.orderId(), sku, e.quantity(), e.batchRef(), log.size());
        lines.put(key, line);
      }
      case Event.Deallocated e -> lines.remove(new Key(e.orderId(), sku));
      case Event.BatchQuantityChanged e -> {}
      case Event.BatchEtaChanged e -> {}
      case Event.OutOfStock e -> {}
    }
  }

  private Optional<OrderLine> line(Key key) {
    return Optional.ofNullable(lines.get(key));
  }

  private Facts facts(Sku sku) {
    return new Facts() {
      @Override
      public long nextPosition() {
        return log.size() + 1L;
      }

      @Override
      public Optional<OrderLine> line(OrderId orderId) {
        return Shop.this.line(new Key(orderId, sku));
      }

      @Override
      public Optional<Sku> ownerOf(BatchRef ref) {
        return Optional.ofNullable(owners.get(ref));
      }

      @Override
      public List<OrderLine> linesAbove(BatchRef ref, int quantity) {
        return lines.values().stream()
            .filter(line -> line.batchRef().equals(ref))
            .sorted(Comparator.comparingLong(OrderLine::position).reversed())
            .toList();
      }
    };
  }
}
