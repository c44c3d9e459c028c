package allocation.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Everything that is wrong with a request, gathered so that the caller is told all at once. */
public final class Findings {
  /** Most violations that are told one by one: an answer must not outgrow its request. */
  static final int MAX_LISTED = 100;

  private final List<Violation> violations = new ArrayList<>();
  private final int mostListed;
  private int more;

  public Findings() {
    this(MAX_LISTED);
  }

  /**
   * @param mostListed of one of many parts of a request
   */
  Findings(int mostListed) {
    this.mostListed = mostListed;
  }

  /** Notes a violation. */
  public void add(Violation violation) {
    if (violations.size() < mostListed) {
      violations.add(violation);
    } else {
      more++;
    }
  }

  public void add(String field, String message) {
    add(new Violation(field, message));
  }

  /** What {@code read} returns; empty when it finds the input bad, which is noted. */
  public <T> Optional<T> attempt(Supplier<T> read) {
    try {
      return Optional.of(read.get());
    } catch (BadInput bad) {
      bad.violations().forEach(this::add);
      return Optional.empty();
    }
  }

  /** Throws {@link BadInput} when anything was found. */
  public void finish() {
    if (more > 0) {
      violations.add(new Violation("body", "has %d more violations".formatted(more)));
      more = 0;
    }
    if (!violations.isEmpty()) {
      throw new BadInput(violations);
    }
  }
}
