package allocation.json;

import java.util.List;
import java.util.stream.Collectors;

/** A request that cannot be read, with everything that is wrong with it. The caller's mistake. */
public final class BadInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Violation> violations;

  public BadInput(List<Violation> violations) {
    // No stack trace: where it was found says nothing, and strangers can make many of them.
    super(text(violations), null, false, false);
    this.violations = List.copyOf(violations);
  }

  public BadInput(String field, String message) {
    this(List.of(new Violation(field, message)));
  }

  /** At least one. */
  public List<Violation> violations() {
    return violations;
  }

  private static String text(List<Violation> violations) {
    return violations.stream()
        .map(violation -> violation.field() + " " + violation.message())
        .collect(Collectors.joining("; "));
  }
}
