package allocation.given;

import allocation.json.BadInput;
import allocation.json.Problem;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Holds a decoder against its contract, whatever it is given: it reads a value that survives a
 * round trip, or says no in the one way that its users expect.
 */
public final class Decoding {
  private Decoding() {}

  /**
   * The value; empty when it was refused.
   *
   * @param refusal what the decoder throws on what it cannot read; anything else is a fault
   */
  public static <T> Optional<T> holds(
      Supplier<T> read, Class<? extends RuntimeException> refusal, UnaryOperator<T> thereAndBack) {
    Optional<T> value = attempt(read, refusal);
    value.ifPresent(first -> same(first, thereAndBack.apply(first)));
    return value;
  }

  /** The same, of what a stranger sends. */
  public static <T> Optional<T> holds(Supplier<T> read, UnaryOperator<T> thereAndBack) {
    return holds(read, BadInput.class, thereAndBack);
  }

  /** The same, of what is never written. */
  public static <T> Optional<T> attempt(
      Supplier<T> read, Class<? extends RuntimeException> refusal) {
    try {
      return Optional.of(read.get());
    } catch (RuntimeException e) {
      if (!refusal.isInstance(e)) {
        throw e;
      }
      if (e instanceof BadInput bad) {
        canBeTold(bad);
      }
      return Optional.empty();
    }
  }

  /** Fails when the two differ. */
  public static void same(Object first, Object again) {
    if (!first.equals(again)) {
      throw new AssertionError("was %s and came back as %s".formatted(first, again));
    }
  }

  /** A refusal that could not be written would be an answer that never comes. */
  private static void canBeTold(BadInput bad) {
    byte[] told = Problem.of(bad).json("c-1", true).bytes();
    if (told.length == 0) {
      throw new AssertionError("nothing is told of " + bad);
    }
  }
}
