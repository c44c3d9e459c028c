package allocation.handler;

import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Sku;
import java.util.Comparator;

/** Names an order line: an order has a SKU once. */
public record LineKey(OrderId orderId, Sku sku) implements Comparable<LineKey> {
  private static final Comparator<LineKey> ORDER =
      Comparator.comparing(LineKey::orderId).thenComparing(LineKey::sku);

  public static LineKey of(OrderLine line) {
    return new LineKey(line.orderId(), line.sku());
  }

  @Override
  public int compareTo(LineKey other) {
    return ORDER.compare(this, other);
  }
}
