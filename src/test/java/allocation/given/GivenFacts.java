package allocation.given;

import allocation.domain.BatchRef;
import allocation.domain.Facts;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Sku;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Facts of which a test names only those that matter. Immutable. */
public final class GivenFacts implements Facts {
  private final List<OrderLine> lines;
  private final Map<BatchRef, Sku> owners;

  GivenFacts(List<OrderLine> lines) {
    this(lines, Map.of());
  }

  private GivenFacts(List<OrderLine> lines, Map<BatchRef, Sku> owners) {
    this.lines = List.copyOf(lines);
    this.owners = Map.copyOf(owners);
  }

  /** The ref is taken by a batch of this SKU. */
  public GivenFacts owner(String ref, Sku sku) {
    Map<BatchRef, Sku> more = new HashMap<>(owners);
    more.put(new BatchRef(ref), sku);
    return new GivenFacts(lines, more);
  }

  @Override
  public long nextPosition() {
    return 1 + lines.stream().mapToLong(OrderLine::position).max().orElse(0);
  }

  @Override
  public Optional<OrderLine> line(OrderId orderId) {
    return lines.stream().filter(line -> line.orderId().equals(orderId)).findFirst();
  }

  @Override
  public Optional<Sku> ownerOf(BatchRef ref) {
    return Optional.ofNullable(owners.get(ref));
  }

  @Override
  public List<OrderLine> linesAbove(BatchRef ref, int quantity) {
    return lines.stream()
        .filter(line -> line.batchRef().equals(ref))
        .sorted(Comparator.comparingLong(OrderLine::position).reversed())
        .toList();
  }
}
