package allocation.domain;

import java.util.Optional;

/** What every id (SKU, order id, batch ref) must look like; ids are compared exactly. */
public final class Ids {
  /** Longest id, in characters (Unicode code points). */
  public static final int MAX_CHARACTERS = 100;

  private Ids() {}

  /** Why {@code value} cannot be an id, in words for the caller; empty when it can. */
  public static Optional<String> fault(String value) {
    if (value.isEmpty()) {
      return Optional.of("must not be empty");
    }
    if (value.length() > MAX_CHARACTERS
        && value.codePointCount(0, value.length()) > MAX_CHARACTERS) {
      return Optional.of("must be at most " + MAX_CHARACTERS + " characters");
    }
    if (value.equals(".") || value.equals("..")) {
      // They would vanish from a URL path before any router sees them.
      return Optional.of("must not be '.' or '..'");
    }
    return characterFault(value);
  }

  /** Returns {@code value}; throws when it is not an id: the edge has to check before it builds. */
  static String require(String what, String value) {
    fault(value)
        .ifPresent(fault -> {
          throw new IllegalArgumentException(what + " " + fault + ", was '" + value + "'");
        });
    return value;
  }

  /** By Unicode code point, hence by UTF-8 byte, as the database compares; UTF-16 differs. */
  static int compare(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char l = left.charAt(i);
      char r = right.charAt(i);
      if (l != r) {
        // A surrogate is part of a code point that lies after every other char.
        boolean bothOrNeither = Character.isSurrogate(l) == Character.isSurrogate(r);
        return bothOrNeither ? Character.compare(l, r) : Character.isSurrogate(l) ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static Optional<String> characterFault(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= ' ' && c <= '~') {
        // Nearly all of them: ids are looked through wherever one is made.
        continue;
      }
      if (Character.isISOControl(c)) {
        return Optional.of("must not contain control characters");
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return Optional.of("must be well-formed Unicode (it has a lone surrogate)");
      }
    }
    return Optional.empty();
  }
}
