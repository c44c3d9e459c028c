package allocation.access;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The API keys that are taken, by their hashes. An id may have several at once, so that a caller
 * can change to a new one before the old one goes. Prints no hash.
 */
public final class ApiKeys {
  /** None at all. */
  public static final ApiKeys NONE = new ApiKeys(Map.of());

  /** What every key begins with: it tells keys from tokens, and is easily found where it leaked. */
  static final String PREFIX = "alk_";

  private static final String ID = "[A-Za-z0-9._-]{1,100}";

  private final Map<Digest, Caller> callers;

  private ApiKeys(Map<Digest, Caller> callers) {
    this.callers = Map.copyOf(callers);
  }

  /** A list of keys that cannot be used; the message has a line for every fault, and no hash. */
  public static final class Faulty extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Faulty(List<String> faults) {
      super(String.join("; ", faults));
    }
  }

  /**
   * Reads keys, one a line or with semicolons between: {@code id sha256-in-hex scope,scope}. Blank
   * lines are left out, and so is what follows a {@code #} up to the line's end. Throws {@link
   * Faulty}.
   */
  public static ApiKeys parse(String text) {
    Map<Digest, Caller> callers = new HashMap<>();
    List<String> faults = new ArrayList<>();
    // Comments first: what they say may have semicolons, too.
    String[] keys = text.replaceAll("#.*", "").split("\\R|;", -1);
    for (int i = 0; i < keys.length; i++) {
      String key = keys[i].strip();
      if (!key.isEmpty()) {
        String where = "key " + (i + 1);
        fault(key, callers).ifPresent(fault -> faults.add(where + " " + fault));
      }
    }
    if (!faults.isEmpty()) {
      throw new Faulty(faults);
    }
    return new ApiKeys(callers);
  }

  /** Adds the key of a line, or says why it cannot. */
  private static Optional<String> fault(String line, Map<Digest, Caller> callers) {
    String[] words = line.split("\\s+", -1);
    if (words.length != 3) {
      return Optional.of("must be: id, SHA-256 of the key, scopes with commas between");
    }
    if (!words[0].matches(ID)) {
      return Optional.of("must have an id of 1 to 100 letters, digits, '.', '_' or '-'");
    }
    if (!Digest.isHex(words[1])) {
      return Optional.of(
          "must have the key's SHA-256 in %d hexadecimal digits, and not the key itself"
              .formatted(Digest.HEX_CHARACTERS));
    }
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : words[2].split(",", -1)) {
      Optional<Scope> scope = Scope.of(name);
      if (scope.isEmpty()) {
        return Optional.of("must have scopes out of " + Scope.texts());
      }
      scopes.add(scope.get());
    }
    Caller before = callers.put(Digest.ofHex(words[1]), Caller.ofKey(words[0], scopes));
    return before == null ? Optional.empty() : Optional.of("is there twice");
  }

  /** These and others. */
  ApiKeys and(ApiKeys others) {
    Map<Digest, Caller> all = new HashMap<>(callers);
    all.putAll(others.callers);
    return new ApiKeys(all);
  }

  Optional<Caller> find(String key) {
    return Optional.ofNullable(callers.get(Digest.of(key)));
  }

  public int count() {
    return callers.size();
  }

  @Override
  public String toString() {
    return "ApiKeys[" + callers.size() + "]";
  }
}
