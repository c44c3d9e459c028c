package allocation.access;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which JSON Web Tokens are taken.
 *
 * @param jwks where the keys are that sign them: an https address, or a file
 * @param issuer that a token must name, exactly
 * @param audiences of which a token must name one
 * @param algorithms that a token may be signed with, whatever it says itself
 * @param refreshSeconds how often the keys are fetched again; a file is looked at every ten seconds
 */
public record TokenSettings(
    String jwks,
    String issuer,
    List<String> audiences,
    Set<String> algorithms,
    int refreshSeconds) {
  /** Every algorithm that may be chosen: of two keys, for what we have is known to everybody. */
  public static final Map<String, String> KEY_TYPES =
      Map.of(
          "RS256", "RSA",
          "RS384", "RSA",
          "RS512", "RSA",
          "PS256", "RSA",
          "PS384", "RSA",
          "PS512", "RSA",
          "ES256", "EC",
          "ES384", "EC",
          "ES512", "EC",
          "EdDSA", "OKP");

  public TokenSettings {
    audiences = List.copyOf(audiences);
    algorithms = Set.copyOf(algorithms);
    if (audiences.isEmpty() || !KEY_TYPES.keySet().containsAll(algorithms)) {
      throw new IllegalArgumentException(
          "one audience or more and algorithms of two keys, were " + audiences + algorithms);
    }
  }

  /** Whether the keys are fetched and not read from a file. */
  public boolean isFetched() {
    return jwks.startsWith("https://") || jwks.startsWith("http://");
  }
}
