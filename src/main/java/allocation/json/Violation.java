package allocation.json;

/**
 * What is wrong with one field of a request. Both texts are fit to print: they may quote the
 * caller.
 *
 * @param field as the caller wrote it, e.g. {@code lines[3].quantity}; {@code body} for the whole
 */
public record Violation(String field, String message) {
  private static final int MAX_CHARACTERS = 120;
  private static final char REPLACEMENT = '\uFFFD';

  public Violation {
    field = printable(field);
    message = printable(message);
  }

  private static String printable(String text) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), MAX_CHARACTERS));
    text.codePoints()
        .limit(MAX_CHARACTERS)
        .forEach(c -> clean.appendCodePoint(isPrintable(c) ? c : REPLACEMENT));
    return clean.toString();
  }

  private static boolean isPrintable(int codePoint) {
    return !Character.isISOControl(codePoint)
        && Character.getType(codePoint) != Character.SURROGATE;
  }
}
