package allocation.access;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Who sent a request, and what it may do.
 *
 * @param id the same for every request of one caller, different for every other one; visible ASCII,
 *     so that it can stand in a log and in a key
 */
public record Caller(String id, Set<Scope> scopes) {
  /** Everybody, where nobody is asked who it is. */
  public static final Caller ANYBODY = new Caller("anybody", Set.of(Scope.values()));

  /** Somebody who did not say who it is, or not so that it could be believed. */
  public static final Caller NOBODY = new Caller("nobody", Set.of());

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** Who has an API key of this id. */
  static Caller ofKey(String id, Set<Scope> scopes) {
    return new Caller("key:" + id, scopes);
  }

  /** Whom a token is about. */
  static Caller ofToken(String subject, Set<Scope> scopes) {
    return new Caller("sub:" + visible(subject), scopes);
  }

  public boolean may(Scope scope) {
    return scopes.contains(scope);
  }

  /** Percent-encodes what could forge a line of a log; two subjects never become one. */
  private static String visible(String subject) {
    StringBuilder text = new StringBuilder();
    for (byte b : subject.getBytes(StandardCharsets.UTF_8)) {
      if (b > 0x20 && b < 0x7F && b != '%') {
        text.append((char) b);
      } else {
        text.append("%%%02X".formatted(b));
      }
    }
    return text.toString();
  }
}
