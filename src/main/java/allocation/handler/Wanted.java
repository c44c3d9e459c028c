package allocation.handler;

import allocation.bus.CommandKey;
import allocation.domain.BatchRef;
import allocation.domain.Sku;
import java.util.Optional;
import java.util.Set;

/**
 * What a unit of work has to know before it decides.
 *
 * @param shards all shards that the unit may write to
 * @param products those that are not in memory
 * @param lines lines that may exist already
 * @param refs batches that are to be made and may exist already
 * @param keys commands that may have been answered already
 * @param cut the batch whose lines may have to give way
 */
public record Wanted(
    Set<Integer> shards,
    Set<Sku> products,
    Set<LineKey> lines,
    Set<BatchRef> refs,
    Set<CommandKey> keys,
    Optional<BatchCut> cut) {
  public Wanted {
    shards = Set.copyOf(shards);
    products = Set.copyOf(products);
    lines = Set.copyOf(lines);
    refs = Set.copyOf(refs);
    keys = Set.copyOf(keys);
  }

  /**
   * A batch that is to have {@code quantity}, less perhaps than what it holds.
   *
   * @param most lines that are wanted of those that have to give way: the oldest of them
   */
  public record BatchCut(Sku sku, BatchRef ref, int quantity, int most) {}
}
