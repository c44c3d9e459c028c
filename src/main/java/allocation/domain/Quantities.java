package allocation.domain;

/** Bounds of a quantity, in stock-keeping units. A sum of quantities is a {@code long}. */
public final class Quantities {
  /** Largest quantity of a line or a batch. */
  public static final int MAX = 1_000_000_000;

  private Quantities() {}

  static int require(int quantity) {
    return requireBetween(1, quantity);
  }

  static int requireOrNone(int quantity) {
    return requireBetween(0, quantity);
  }

  private static int requireBetween(int least, int quantity) {
    if (quantity < least || quantity > MAX) {
      throw new IllegalArgumentException(
          "quantity must be from " + least + " to " + MAX + ", was " + quantity);
    }
    return quantity;
  }
}
