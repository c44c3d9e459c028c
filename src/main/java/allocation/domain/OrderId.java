package allocation.domain;

/** A customer's order, as the shop numbers it. */
public record OrderId(String value) implements Comparable<OrderId> {
  public OrderId {
    Ids.require("order id", value);
  }

  @Override
  public int compareTo(OrderId other) {
    return Ids.compare(value, other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
