package allocation.domain;

import java.util.Comparator;

/**
 * A purchased quantity of one SKU that arrives together; {@code allocated} of it is promised.
 *
 * <p>{@code created} is what the batch was made with: a repeated CreateBatch is compared with that,
 * since quantity and arrival may have changed meanwhile.
 */
public record Batch(BatchRef ref, int purchased, int allocated, Arrival arrival, Created created) {
  /** In stock first, then the earliest ETA, then by ref: the order in which lines are promised. */
  static final Comparator<Batch> PREFERENCE =
      Comparator.comparing(Batch::arrival, Arrival.SOONEST_FIRST).thenComparing(Batch::ref);

  /** What a batch was made with. */
  public record Created(int quantity, Arrival arrival) {
    public Created {
      Quantities.require(quantity);
    }
  }

  public Batch {
    Quantities.requireOrNone(purchased);
    if (allocated < 0 || allocated > purchased) {
      throw new IllegalArgumentException(
          "allocated must be from 0 to %d, was %d in batch %s"
              .formatted(purchased, allocated, ref));
    }
  }

  /** A new batch with nothing allocated. */
  public static Batch of(BatchRef ref, int quantity, Arrival arrival) {
    return new Batch(ref, quantity, 0, arrival, new Created(quantity, arrival));
  }

  /** What can still be promised. */
  public int available() {
    return purchased - allocated;
  }

  Batch allocate(int quantity) {
    return new Batch(ref, purchased, Math.addExact(allocated, quantity), arrival, created);
  }

  Batch deallocate(int quantity) {
    return new Batch(ref, purchased, allocated - quantity, arrival, created);
  }

  Batch withPurchased(int quantity) {
    return new Batch(ref, quantity, allocated, arrival, created);
  }

  Batch withArrival(Arrival changed) {
    return new Batch(ref, purchased, allocated, changed, created);
  }
}
