package allocation.domain;

/** What is sold: a stock-keeping unit. */
public record Sku(String value) implements Comparable<Sku> {
  public Sku {
    Ids.require("sku", value);
  }

  @Override
  public int compareTo(Sku other) {
    return Ids.compare(value, other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
