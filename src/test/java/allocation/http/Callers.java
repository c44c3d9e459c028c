package allocation.http;

import allocation.access.ApiKeys;
import allocation.access.Gate;
import allocation.access.NewKey;
import allocation.access.Scope;
import allocation.access.Settings;
import allocation.access.TokenSettings;
import allocation.given.Issuer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Keys and tokens of every kind, good and bad, and the gate that tells them apart. */
final class Callers {
  static final Issuer ISSUER = new Issuer("k1");
  static final NewKey ALL = newKey("all", Set.of(Scope.values()));
  static final Map<Scope, NewKey> KEYS = keys();

  private static final String ALL_SCOPES = names(Set.of(Scope.values()));

  private Callers() {}

  /** A service's gate with these keys and the issuer's tokens. */
  static Gate gate() {
    return gate(0, 0);
  }

  static Gate gate(int requestsPerSecond, int requestsAtOnce) {
    return Gate.of(settings(requestsPerSecond, requestsAtOnce));
  }

  static Settings settings(int requestsPerSecond, int requestsAtOnce) {
    String lines =
        ALL.line()
            + "\n"
            + KEYS.values().stream().map(NewKey::line).collect(Collectors.joining("\n"));
    return new Settings(
        Settings.Open.LOOPBACK,
        Optional.empty(),
        ApiKeys.parse(lines),
        Optional.of(
            new TokenSettings(
                file(ISSUER.jwks()).toString(),
                Issuer.NAME,
                List.of(Issuer.AUDIENCE),
                Set.of("RS256"),
                300)),
        requestsPerSecond,
        requestsAtOnce);
  }

  /** What is sent as Authorization by those who are not let in anywhere, by what they are. */
  static Map<String, String> strangers() {
    long past = Instant.now().getEpochSecond() - 3_600;
    Map<String, String> strangers = new LinkedHashMap<>();
    strangers.put("nobody", "");
    strangers.put("a wrong key", "Bearer " + newKey("shop", Set.of(Scope.values())).key());
    strangers.put("the hash of a key", "Bearer " + ALL.line().split(" ", -1)[1]);
    strangers.put("a key as another scheme", "Basic " + ALL.key());
    strangers.put("nonsense", "Bearer nonsense");
    strangers.put("an empty key", "Bearer ");
    strangers.put("an expired token", token(c -> c.put("exp", past)));
    strangers.put("a token that does not expire", token(c -> c.remove("exp")));
    strangers.put("a token of another issuer", token(c -> c.put("iss", "https://other.example/")));
    strangers.put("a token for somebody else", token(c -> c.put("aud", "billing")));
    strangers.put("a token without a signature", "Bearer " + ISSUER.unsigned(ALL_SCOPES));
    strangers.put("HS256 with the public key", "Bearer " + ISSUER.signedWithPublicKey(ALL_SCOPES));
    strangers.put("a token of another key", "Bearer " + new Issuer("k1").token(ALL_SCOPES));
    strangers.put("a token of an unknown key", "Bearer " + new Issuer("k9").token(ALL_SCOPES));
    return strangers;
  }

  /** Those who are known, by what they are, with all that they may do. */
  static Map<String, Known> known() {
    Map<String, Known> known = new LinkedHashMap<>();
    known.put("a key for everything", new Known("Bearer " + ALL.key(), Set.of(Scope.values())));
    known.put(
        "a token for everything",
        new Known("Bearer " + ISSUER.token(ALL_SCOPES), Set.of(Scope.values())));
    known.put("a token for nothing", new Known("Bearer " + ISSUER.token("openid"), Set.of()));
    for (Scope scope : Scope.values()) {
      known.put("a key to " + scope.text(), new Known(bearer(scope), Set.of(scope)));
      known.put(
          "a token to " + scope.text(),
          new Known("Bearer " + ISSUER.token(scope.text()), Set.of(scope)));
    }
    return known;
  }

  /** What is sent, and what it allows. */
  record Known(String authorization, Set<Scope> scopes) {}

  /** The header of who may do this alone. */
  static String bearer(Scope scope) {
    return "Bearer " + KEYS.get(scope).key();
  }

  private static String token(Consumer<ObjectNode> change) {
    return "Bearer " + ISSUER.token(claims -> change.accept(claims.put("scope", ALL_SCOPES)));
  }

  private static Map<Scope, NewKey> keys() {
    Map<Scope, NewKey> keys = new EnumMap<>(Scope.class);
    for (Scope scope : Scope.values()) {
      keys.put(scope, newKey(scope.text(), Set.of(scope)));
    }
    return keys;
  }

  private static NewKey newKey(String id, Set<Scope> scopes) {
    return NewKey.make(id, names(scopes).replace(' ', ','), new SecureRandom());
  }

  private static String names(Set<Scope> scopes) {
    return Arrays.stream(Scope.values())
        .filter(scopes::contains)
        .map(Scope::text)
        .collect(Collectors.joining(" "));
  }

  private static Path file(String text) {
    try {
      Path file = Files.createTempFile("jwks", ".json");
      file.toFile().deleteOnExit();
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
