package allocation.domain;

import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.Decision.Accepted;
import allocation.domain.Decision.Refused;
import allocation.domain.Decision.Repeated;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * All batches of one SKU: the aggregate. A value: a decision returns the product after it.
 *
 * @param batches in the order in which lines are promised from them
 * @param shortageTold an OutOfStock for a refused line was written, and stock has not risen since
 */
public record Product(Sku sku, List<Batch> batches, boolean shortageTold) {
  public Product {
    batches = List.copyOf(batches);
  }

  /** A product as it was stored; the batches come in any order. */
  public static Product of(Sku sku, Collection<Batch> batches, boolean shortageTold) {
    return new Product(sku, batches.stream().sorted(Batch.PREFERENCE).toList(), shortageTold);
  }

  /** A SKU that nobody has made a batch of. */
  public static Product unknown(Sku sku) {
    return new Product(sku, List.of(), false);
  }

  /** Decides one command about this SKU. Pure; a "no" is a value. */
  public Decision decide(Command command, Facts facts) {
    return switch (command) {
      case CreateBatch create -> create(create, facts);
      case ChangeBatch change -> change(change, facts);
      case Allocate allocate -> allocate(allocate, facts);
      case Deallocate deallocate -> deallocate(deallocate, facts);
    };
  }

  /** The batch with this ref, if it is one of this SKU. */
  public Optional<Batch> batch(BatchRef ref) {
    return batches.stream().filter(batch -> batch.ref().equals(ref)).findFirst();
  }

  /** Free in all batches. */
  public long available() {
    return batches.stream().mapToLong(Batch::available).sum();
  }

  private Decision create(CreateBatch command, Facts facts) {
    Optional<Sku> owner = facts.ownerOf(command.ref());
    if (owner.isPresent()) {
      return owner
          .filter(sku::equals)
          .flatMap(mine -> batch(command.ref()))
          .filter(b -> b.created().equals(createdBy(command)))
          .<Decision>map(batch -> new Repeated(this, new Answer.OfBatch(sku, batch)))
          .orElseGet(() -> no(new Refusal.BatchExistsWithOtherContent(command.ref())));
    }
    return yes(
        List.of(new BatchCreated(command.ref(), command.quantity(), command.arrival())),
        after -> new Answer.OfBatch(sku, after.mustHave(command.ref())));
  }

  private static Batch.Created createdBy(CreateBatch command) {
    return new Batch.Created(command.quantity(), command.arrival());
  }

  private Decision change(ChangeBatch command, Facts facts) {
    Optional<Batch> found = batch(command.ref());
    if (found.isEmpty()) {
      return no(new Refusal.UnknownBatch(command.ref()));
    }
    Batch batch = found.get();
    List<Event> events = new ArrayList<>();
    Product rearranged = this;
    Arrival arrival = command.arrival().orElse(batch.arrival());
    if (!arrival.equals(batch.arrival())) {
      Event event = new BatchEtaChanged(batch.ref(), batch.arrival(), arrival);
      events.add(event);
      rearranged = apply(event);
    }
    int quantity = command.quantity().orElse(batch.purchased());
    Cut cut = Cut.of(rearranged, batch.ref(), quantity, facts);
    // Consequences before their cause: at every prefix of the log each batch fits what it holds.
    events.addAll(cut.events());
    if (quantity != batch.purchased()) {
      events.add(new BatchQuantityChanged(batch.ref(), batch.purchased(), quantity));
    }
    return yes(
        events,
        after ->
            Answer.OfChange.of(sku, after.mustHave(batch.ref()), cut.moved(), cut.unallocated()));
  }

  private Decision allocate(Allocate command, Facts facts) {
    Optional<OrderLine> existing = facts.line(command.orderId());
    if (existing.isPresent()) {
      OrderLine line = existing.get();
      return line.quantity() == command.quantity()
          ? new Repeated(this, answer(line))
          : no(new Refusal.LineExistsWithOtherQuantity(line.quantity()));
    }
    if (batches.isEmpty()) {
      return no(new Refusal.UnknownSku(sku));
    }
    Optional<Batch> chosen = firstWith(command.quantity());
    if (chosen.isEmpty()) {
      return outOfStock(command);
    }
    Batch batch = chosen.get();
    OrderLine line =
        new OrderLine(
            command.orderId(), sku, command.quantity(), batch.ref(), facts.nextPosition());
    return yes(
        List.of(
            new Allocated(
                command.orderId(),
                command.quantity(),
                batch.ref(),
                batch.arrival(),
                Optional.empty())),
        after -> after.answer(line));
  }

  private Decision outOfStock(Allocate command) {
    int largest = batches.stream().mapToInt(Batch::available).max().orElse(0);
    Refusal refusal = new Refusal.NoStock(largest, available());
    if (shortageTold) {
      return no(refusal);
    }
    Event event = new OutOfStock(command.orderId(), command.quantity(), OutOfStock.Reason.REFUSED);
    return new Refused(new Product(sku, batches, true), List.of(event), refusal);
  }

  private Decision deallocate(Deallocate command, Facts facts) {
    Optional<OrderLine> existing = facts.line(command.orderId());
    if (existing.isEmpty()) {
      return no(new Refusal.NothingAllocated(command.orderId(), sku));
    }
    OrderLine line = existing.get();
    return yes(
        List.of(
            new Deallocated(
                line.orderId(), line.quantity(), line.batchRef(), Deallocated.Reason.CANCELLED)),
        after -> new Answer.OfRelease(line));
  }

  private Answer answer(OrderLine line) {
    return new Answer.OfLine(line, mustHave(line.batchRef()).arrival());
  }

  Optional<Batch> firstWith(int quantity) {
    return batches.stream().filter(batch -> batch.available() >= quantity).findFirst();
  }

  private Batch mustHave(BatchRef ref) {
    return batch(ref)
        .orElseThrow(() -> new IllegalStateException("sku " + sku + " has no batch " + ref));
  }

  private Decision yes(List<Event> events, Function<Product, Answer> answer) {
    Product after = this;
    for (Event event : events) {
      after = after.apply(event);
    }
    // Stock that rose ends the silence about refused lines.
    boolean told = shortageTold && after.available() <= available();
    after = new Product(sku, after.batches, told);
    return new Accepted(after, events, answer.apply(after));
  }

  private Decision no(Refusal refusal) {
    return new Refused(this, List.of(), refusal);
  }

  /** The product after an event. Replaying a SKU's events gives its batches. */
  public Product apply(Event event) {
    return switch (event) {
      case BatchCreated e -> with(Batch.of(e.ref(), e.quantity(), e.arrival()));
      case BatchQuantityChanged e -> changing(e.ref(), batch -> batch.withPurchased(e.to()));
      case BatchEtaChanged e -> sorted(changing(e.ref(), batch -> batch.withArrival(e.to())));
      case Allocated e -> {
        Product freed =
            e.movedFrom()
                .map(from -> changing(from, batch -> batch.deallocate(e.quantity())))
                .orElse(this);
        yield freed.changing(e.batchRef(), batch -> batch.allocate(e.quantity()));
      }
      case Deallocated e -> changing(e.batchRef(), batch -> batch.deallocate(e.quantity()));
      case OutOfStock e -> this;
    };
  }

  private Product with(Batch batch) {
    List<Batch> more = new ArrayList<>(batches);
    more.add(batch);
    return of(sku, more, shortageTold);
  }

  private static Product sorted(Product product) {
    return of(product.sku, product.batches, product.shortageTold);
  }

  private Product changing(BatchRef ref, UnaryOperator<Batch> change) {
    List<Batch> changed = new ArrayList<>(batches);
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).ref().equals(ref)) {
        changed.set(i, change.apply(changed.get(i)));
        return new Product(sku, changed, shortageTold);
      }
    }
    throw new IllegalStateException("sku " + sku + " has no batch " + ref);
  }
}
