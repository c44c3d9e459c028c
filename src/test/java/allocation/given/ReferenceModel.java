package allocation.given;

import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the service must do, written as plainly as can be: one list of batches, each with the list
 * of its lines, searched and sorted from scratch every time. It shares the vocabulary with the
 * domain, and no rule.
 */
public final class ReferenceModel {
  private static final Comparator<Stock> SOONEST_FIRST =
      (a, b) -> {
        if (a.inStock() != b.inStock()) {
          return a.inStock() ? -1 : 1;
        }
        int byDate = a.inStock() ? 0 : a.date().compareTo(b.date());
        return byDate != 0
            ? byDate
            : Arrays.compareUnsigned(
                a.ref.value().getBytes(StandardCharsets.UTF_8),
                b.ref.value().getBytes(StandardCharsets.UTF_8));
      };

  private final List<Stock> stocks = new ArrayList<>();
  private final Set<Sku> told = new HashSet<>();
  private final List<Event> facts = new ArrayList<>();
  private int returned;
  private long clock;

  /** A batch with its lines. */
  private static final class Stock {
    final BatchRef ref;
    final Sku sku;
    final Batch.Created created;
    final List<Line> lines = new ArrayList<>();
    int purchased;
    Arrival arrival;

    Stock(Command.CreateBatch command) {
      ref = command.ref();
      sku = command.sku();
      created = new Batch.Created(command.quantity(), command.arrival());
      purchased = command.quantity();
      arrival = command.arrival();
    }

    boolean inStock() {
      return arrival.eta().isEmpty();
    }

    LocalDate date() {
      return arrival.eta().orElseThrow();
    }

    int allocated() {
      return lines.stream().mapToInt(Line::quantity).sum();
    }

    int free() {
      return purchased - allocated();
    }

    Batch batch() {
      return new Batch(ref, purchased, allocated(), arrival, created);
    }
  }

  private record Line(OrderId orderId, int quantity, long age) {}

  /** All batches, by ref, and all lines, by order id and SKU; lines with position 0. */
  public record State(List<OwnedBatch> batches, List<OrderLine> lines) {}

  /** A batch and the SKU it is of. */
  public record OwnedBatch(Sku sku, Batch batch) {}

  /** Carries a command out; the outcome as it must be, except that each position in it is 0. */
  public Outcome apply(Command command) {
    facts.clear();
    returned = 0;
    clock++;
    return switch (command) {
      case Command.CreateBatch create -> create(create);
      case Command.ChangeBatch change -> change(change);
      case Command.Allocate allocate -> allocate(allocate);
      case Command.Deallocate deallocate -> deallocate(deallocate);
    };
  }

  /** What the last command made happen, in order. */
  public List<Event> facts() {
    return List.copyOf(facts);
  }

  /** How many lines the last command took out of their batch and put back into it. */
  public int returned() {
    return returned;
  }

  /** Whether the SKU's shortage was told, and its stock has not risen since. */
  public boolean isShortageTold(Sku sku) {
    return told.contains(sku);
  }

  public State state() {
    return new State(
        stocks.stream()
            .sorted(Comparator.comparing(stock -> stock.ref.value()))
            .map(stock -> new OwnedBatch(stock.sku, stock.batch()))
            .toList(),
        stocks.stream()
            .flatMap(stock -> stock.lines.stream().map(line -> orderLine(line, stock)))
            .sorted(
                Comparator.comparing((OrderLine line) -> line.orderId().value())
                    .thenComparing(line -> line.sku().value()))
            .toList());
  }

  /** The SKU's batches in the order in which lines are promised from them. */
  public List<Batch> batches(Sku sku) {
    return of(sku).stream().map(Stock::batch).toList();
  }

  private Outcome create(Command.CreateBatch command) {
    for (Stock stock : stocks) {
      if (stock.ref.equals(command.ref())) {
        boolean same =
            stock.sku.equals(command.sku())
                && stock.created.quantity() == command.quantity()
                && stock.created.arrival().equals(command.arrival());
        return same
            ? new Outcome.Repeated(new Answer.OfBatch(stock.sku, stock.batch()))
            : new Outcome.Refused(new Refusal.BatchExistsWithOtherContent(stock.ref));
      }
    }
    Stock made = new Stock(command);
    stocks.add(made);
    told.remove(made.sku);
    facts.add(new Event.BatchCreated(made.ref, made.purchased, made.arrival));
    return new Outcome.Accepted(new Answer.OfBatch(made.sku, made.batch()));
  }

  private Outcome allocate(Command.Allocate command) {
    for (Stock stock : of(command.sku())) {
      for (Line line : stock.lines) {
        if (line.orderId.equals(command.orderId())) {
          return line.quantity == command.quantity()
              ? new Outcome.Repeated(new Answer.OfLine(orderLine(line, stock), stock.arrival))
              : new Outcome.Refused(new Refusal.LineExistsWithOtherQuantity(line.quantity));
        }
      }
    }
    if (of(command.sku()).isEmpty()) {
      return new Outcome.Refused(new Refusal.UnknownSku(command.sku()));
    }
    Line line = new Line(command.orderId(), command.quantity(), clock);
    Optional<Stock> place = place(command.sku(), line);
    if (place.isEmpty()) {
      if (told.add(command.sku())) {
        facts.add(
            new Event.OutOfStock(
                command.orderId(), command.quantity(), Event.OutOfStock.Reason.REFUSED));
      }
      int largest = of(command.sku()).stream().mapToInt(Stock::free).max().orElseThrow();
      return new Outcome.Refused(new Refusal.NoStock(largest, free(command.sku())));
    }
    Stock stock = place.get();
    facts.add(
        new Event.Allocated(
            line.orderId, line.quantity, stock.ref, stock.arrival, Optional.empty()));
    return new Outcome.Accepted(new Answer.OfLine(orderLine(line, stock), stock.arrival));
  }

  private Outcome deallocate(Command.Deallocate command) {
    for (Stock stock : of(command.sku())) {
      for (Line line : stock.lines) {
        if (line.orderId.equals(command.orderId())) {
          stock.lines.remove(line);
          told.remove(stock.sku);
          facts.add(
              new Event.Deallocated(
                  line.orderId, line.quantity, stock.ref, Event.Deallocated.Reason.CANCELLED));
          return new Outcome.Accepted(new Answer.OfRelease(orderLine(line, stock)));
        }
      }
    }
    return new Outcome.Refused(new Refusal.NothingAllocated(command.orderId(), command.sku()));
  }

  private Outcome change(Command.ChangeBatch command) {
    for (Stock stock : stocks) {
      if (stock.ref.equals(command.ref())) {
        return change(stock, command);
      }
    }
    return new Outcome.Refused(new Refusal.UnknownBatch(command.ref()));
  }

  private Outcome change(Stock stock, Command.ChangeBatch command) {
    long freeBefore = free(stock.sku);
    Arrival oldArrival = stock.arrival;
    stock.arrival = command.arrival().orElse(oldArrival);
    if (!stock.arrival.equals(oldArrival)) {
      facts.add(new Event.BatchEtaChanged(stock.ref, oldArrival, stock.arrival));
    }
    int oldQuantity = stock.purchased;
    stock.purchased = command.quantity().orElse(oldQuantity);

    List<Line> displaced = new ArrayList<>();
    while (stock.allocated() > stock.purchased) {
      Line newest = stock.lines.stream().max(Comparator.comparingLong(Line::age)).orElseThrow();
      stock.lines.remove(newest);
      displaced.addFirst(newest);
    }
    List<Answer.Moved> moved = new ArrayList<>();
    List<Answer.Unallocated> unallocated = new ArrayList<>();
    for (Line line : displaced) {
      Optional<Stock> place = place(stock.sku, line);
      if (place.isEmpty()) {
        facts.add(
            new Event.Deallocated(
                line.orderId, line.quantity, stock.ref, Event.Deallocated.Reason.BATCH_CUT));
        facts.add(
            new Event.OutOfStock(line.orderId, line.quantity, Event.OutOfStock.Reason.BATCH_CUT));
        unallocated.add(new Answer.Unallocated(line.orderId, line.quantity));
      } else if (place.get().ref.equals(stock.ref)) {
        returned++;
      } else {
        Stock to = place.get();
        facts.add(
            new Event.Allocated(
                line.orderId, line.quantity, to.ref, to.arrival, Optional.of(stock.ref)));
        moved.add(new Answer.Moved(line.orderId, stock.ref, to.ref));
      }
    }
    if (stock.purchased != oldQuantity) {
      facts.add(new Event.BatchQuantityChanged(stock.ref, oldQuantity, stock.purchased));
    }
    if (free(stock.sku) > freeBefore) {
      told.remove(stock.sku);
    }
    boolean listed = moved.size() + unallocated.size() <= 1_000;
    return new Outcome.Accepted(
        new Answer.OfChange(
            stock.sku,
            stock.batch(),
            listed ? moved : List.of(),
            listed ? unallocated : List.of(),
            moved.size(),
            unallocated.size()));
  }

  /** Puts the line into the first batch that holds all of it. */
  private Optional<Stock> place(Sku sku, Line line) {
    for (Stock stock : of(sku)) {
      if (stock.free() >= line.quantity) {
        stock.lines.add(line);
        return Optional.of(stock);
      }
    }
    return Optional.empty();
  }

  private List<Stock> of(Sku sku) {
    return stocks.stream().filter(stock -> stock.sku.equals(sku)).sorted(SOONEST_FIRST).toList();
  }

  private long free(Sku sku) {
    return of(sku).stream().mapToLong(Stock::free).sum();
  }

  private static OrderLine orderLine(Line line, Stock stock) {
    return new OrderLine(line.orderId, stock.sku, line.quantity, stock.ref, 0);
  }
}
