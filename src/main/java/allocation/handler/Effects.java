package allocation.handler;

import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderLine;
import allocation.domain.Sku;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The sum of a unit of work: each row's net change once, in the order in which it was first
 * touched.
 *
 * @param shards where each shard was when the unit was decided, and where it will be
 * @param events in shard and position order
 */
public record Effects(
    String unitId,
    Instant at,
    SortedMap<Integer, Move> shards,
    List<NewBatch> newBatches,
    List<BatchChange> changedBatches,
    List<OrderLine> newLines,
    List<OrderLine> changedLines,
    List<LineKey> goneLines,
    List<Sku> shortagesBegun,
    List<Sku> shortagesEnded,
    List<StoredAnswer> answers,
    List<LoggedEvent> events) {

  /** A shard's positions before and after. */
  public record Move(long from, long to) {}

  /** A batch that was made, as it is at the end of the unit. */
  public record NewBatch(Sku sku, Batch batch, long position) {}

  /** A batch's net change; quantities are added to what the row has, never set. */
  public record BatchChange(
      Sku sku, BatchRef ref, int purchasedBy, int allocatedBy, Optional<Arrival> arrival) {}

  /** Whether all that happened is that new lines took from batches that were there. */
  public boolean isNewLinesOnly() {
    return !newLines.isEmpty()
        && newBatches.isEmpty()
        && changedLines.isEmpty()
        && goneLines.isEmpty()
        && shortagesBegun.isEmpty()
        && shortagesEnded.isEmpty()
        && answers.isEmpty()
        && changedBatches.stream()
            .allMatch(change -> change.purchasedBy() == 0 && change.arrival().isEmpty());
  }

  /** Whether there is anything to write. */
  public boolean isEmpty() {
    return events.isEmpty() && answers.isEmpty();
  }
}
