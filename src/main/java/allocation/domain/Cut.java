package allocation.domain;

import allocation.domain.Answer.Moved;
import allocation.domain.Answer.Unallocated;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What a batch that shrinks means to its lines: the newest give way until the rest fits, and each
 * of them, oldest first, is allocated again by the ordinary rule. One that returns to its batch was
 * not moved.
 */
record Cut(List<Event> events, List<Moved> moved, List<Unallocated> unallocated) {

  static Cut of(Product product, BatchRef ref, int quantity, Facts facts) {
    Batch batch = product.batch(ref).orElseThrow();
    Cut cut = new Cut(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    if (quantity < batch.allocated()) {
      List<OrderLine> displaced =
          displaced(batch, quantity, facts.linesAbove(ref, quantity).iterator());
      cut.placeAgain(product, batch, quantity, displaced);
    }
    return cut;
  }

  /** Oldest first. */
  private static List<OrderLine> displaced(
      Batch batch, int quantity, Iterator<OrderLine> newestFirst) {
    List<OrderLine> displaced = new ArrayList<>();
    long held = batch.allocated();
    while (held > quantity) {
      if (!newestFirst.hasNext()) {
        throw new IllegalStateException(
            "batch %s has %d allocated that no line accounts for".formatted(batch.ref(), held));
      }
      OrderLine line = newestFirst.next();
      held -= line.quantity();
      displaced.add(line);
    }
    return displaced.reversed();
  }

  private void placeAgain(Product before, Batch batch, int quantity, List<OrderLine> displaced) {
    int taken = Math.toIntExact(displaced.stream().mapToLong(OrderLine::quantity).sum());
    Shelf shelf = new Shelf(before, batch.deallocate(taken).withPurchased(quantity));
    for (OrderLine line : displaced) {
      Optional<Batch> place = shelf.place(line.quantity());
      if (place.isEmpty()) {
        leaveWithout(line);
      } else if (!place.get().ref().equals(batch.ref())) {
        move(line, place.get());
      }
    }
  }

  private void move(OrderLine line, Batch to) {
    events.add(
        new Allocated(
            line.orderId(), line.quantity(), to.ref(), to.arrival(), Optional.of(line.batchRef())));
    moved.add(new Moved(line.orderId(), line.batchRef(), to.ref()));
  }

  private void leaveWithout(OrderLine line) {
    events.add(
        new Deallocated(
            line.orderId(), line.quantity(), line.batchRef(), Deallocated.Reason.BATCH_CUT));
    events.add(new OutOfStock(line.orderId(), line.quantity(), OutOfStock.Reason.BATCH_CUT));
    unallocated.add(new Unallocated(line.orderId(), line.quantity()));
  }

  /** The batches in order of preference while the lines find their places; changed in place. */
  private static final class Shelf {
    private final List<Batch> batches;

    Shelf(Product product, Batch shrunk) {
      batches = new ArrayList<>(product.batches());
      batches.replaceAll(batch -> batch.ref().equals(shrunk.ref()) ? shrunk : batch);
    }

    Optional<Batch> place(int quantity) {
      for (int i = 0; i < batches.size(); i++) {
        Batch batch = batches.get(i);
        if (batch.available() >= quantity) {
          batches.set(i, batch.allocate(quantity));
          return Optional.of(batch);
        }
      }
      return Optional.empty();
    }
  }
}
