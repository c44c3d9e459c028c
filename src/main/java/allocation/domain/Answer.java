package allocation.domain;

import java.util.List;

/** What a command that was carried out (or had been before) is answered with. */
public sealed interface Answer {
  /** A batch as it stands now. */
  record OfBatch(Sku sku, Batch batch) implements Answer {}

  /** A line, with the arrival of the batch it has now. */
  record OfLine(OrderLine line, Arrival arrival) implements Answer {}

  /** A line's allocation is gone. */
  record OfRelease(OrderLine line) implements Answer {}

  /**
   * A batch after its change, with what that meant to its lines, oldest first.
   *
   * <p>Of more than {@link #MAX_LISTED} lines only the counts are told, and both lists are empty.
   */
  record OfChange(
      Sku sku,
      Batch batch,
      List<Moved> moved,
      List<Unallocated> unallocated,
      int movedCount,
      int unallocatedCount)
      implements Answer {
    /** Most lines that an answer lists. */
    public static final int MAX_LISTED = 1_000;

    public OfChange {
      moved = List.copyOf(moved);
      unallocated = List.copyOf(unallocated);
    }

    static OfChange of(Sku sku, Batch batch, List<Moved> moved, List<Unallocated> unallocated) {
      boolean listed = moved.size() + unallocated.size() <= MAX_LISTED;
      return new OfChange(
          sku,
          batch,
          listed ? moved : List.of(),
          listed ? unallocated : List.of(),
          moved.size(),
          unallocated.size());
    }
  }

  /** A line that has another batch now. */
  record Moved(OrderId orderId, BatchRef from, BatchRef to) {}

  /** A line that has no batch any more. */
  record Unallocated(OrderId orderId, int quantity) {}
}
