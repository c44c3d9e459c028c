package allocation.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a caller may be allowed to do. No scope includes another one. */
public enum Scope {
  /** Ask for products, batches and orders. */
  READ,
  /** Allocate and deallocate order lines. */
  ALLOCATE,
  /** Make batches known and change them. */
  MANAGE_STOCK,
  /** Look at metrics, and at the details of readiness. */
  OPERATE;

  /** As keys and tokens name it, e.g. {@code manage-stock}; published for good. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Scope> of(String text) {
    return Arrays.stream(values()).filter(scope -> scope.text().equals(text)).findFirst();
  }

  /** All of them, for a message. */
  static String texts() {
    return Arrays.stream(values()).map(Scope::text).collect(Collectors.joining(", "));
  }
}
