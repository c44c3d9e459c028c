package allocation.handler;

import allocation.bus.CommandKey;
import allocation.domain.BatchRef;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import java.util.List;
import java.util.Map;

/**
 * What the ledger knew when it had locked the wanted shards.
 *
 * @param positions of every wanted shard: they vouch for all the rest
 * @param products every wanted one; one that does not exist is unknown, without batches
 * @param lines those that exist
 * @param owners SKUs of the wanted refs that exist
 * @param answers of the wanted keys that were answered before
 * @param linesAbove the cut batch's lines, newest first, that have to give way, as many as are
 *     wanted
 */
public record Loaded(
    Map<Integer, Long> positions,
    Map<Sku, Product> products,
    Map<LineKey, OrderLine> lines,
    Map<BatchRef, Sku> owners,
    Map<CommandKey, StoredAnswer> answers,
    List<OrderLine> linesAbove) {
  public Loaded {
    positions = Map.copyOf(positions);
    products = Map.copyOf(products);
    lines = Map.copyOf(lines);
    owners = Map.copyOf(owners);
    answers = Map.copyOf(answers);
    linesAbove = List.copyOf(linesAbove);
  }

  /** Nothing but positions: of all else there is none. */
  static Loaded positionsOnly(Map<Integer, Long> positions) {
    return new Loaded(positions, Map.of(), Map.of(), Map.of(), Map.of(), List.of());
  }
}
