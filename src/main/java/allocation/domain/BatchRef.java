package allocation.domain;

/** A batch of one SKU, as purchasing names it; unique over all SKUs. */
public record BatchRef(String value) implements Comparable<BatchRef> {
  public BatchRef {
    Ids.require("batch ref", value);
  }

  @Override
  public int compareTo(BatchRef other) {
    return Ids.compare(value, other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
