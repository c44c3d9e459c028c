package allocation;

import allocation.access.ApiKeys;
import allocation.access.Settings.Open;
import allocation.access.TokenSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The settings of who is let in. */
final class AccessConfig {
  private AccessConfig() {}

  /**
   * The section {@code access}; every setting is looked at, also where nobody is asked who it is.
   * What cannot be used is noted as a fault.
   */
  static allocation.access.Settings access(Settings from) {
    Open open = from.choice("access.open", Open.LOOPBACK, Open.class);
    Optional<Path> keysFile = from.path("access.keysFile");
    ApiKeys keys = ApiKeys.NONE;
    try {
      Optional<String> list = from.optional("access.keys");
      keys = list.map(ApiKeys::parse).orElse(ApiKeys.NONE);
      // With neither keys nor tokens everybody would be let in.
      if (list.isPresent() && (keys.count() == 0 || list.get().matches("(?s).*#[^\\r\\n]*;.*"))) {
        from.secretFault(
            "access.keys", "must hold keys, and no comment before one: it ends with the line");
      }
    } catch (ApiKeys.Faulty e) {
      from.secretFault("access.keys", "cannot be used: " + e.getMessage());
    }
    allocation.access.Settings settings =
        new allocation.access.Settings(
            open,
            keysFile,
            keys,
            tokens(from),
            from.integer("access.requestsPerSecond", 0, 0, 1_000_000),
            from.integer("access.requestsAtOnce", 0, 0, 1_000_000));
    if (settings.requestsAtOnce() > 0 && settings.requestsPerSecond() == 0) {
      from.fault(
          "access.requestsAtOnce",
          "limits nothing without access.requestsPerSecond",
          String.valueOf(settings.requestsAtOnce()));
    }
    if (open == Open.EVERYWHERE && !settings.isOff()) {
      from.fault(
          "access.open", "cannot be everywhere where keys or tokens are asked for", "everywhere");
    }
    return settings;
  }

  private static Optional<TokenSettings> tokens(Settings from) {
    Optional<String> jwks = from.optional("access.jwks");
    Optional<String> issuer = from.optional("access.jwtIssuer");
    Set<String> audiences = from.words("access.jwtAudience", Set.of());
    Set<String> algorithms = from.words("access.jwtAlgorithms", Set.of("RS256", "ES256"));
    int refreshSeconds = from.integer("access.jwksRefreshSeconds", 300, 10, 86_400);
    if (!TokenSettings.KEY_TYPES.keySet().containsAll(algorithms)) {
      from.fault(
          "access.jwtAlgorithms",
          "must be out of " + new TreeSet<>(TokenSettings.KEY_TYPES.keySet()),
          String.join(",", algorithms));
      return Optional.empty();
    }
    if (jwks.isEmpty() && issuer.isEmpty() && audiences.isEmpty()) {
      return Optional.empty();
    }
    if (jwks.isEmpty() || issuer.isEmpty() || audiences.isEmpty()) {
      // Without one of them a token for somebody else would do.
      Map<String, Boolean> missing = new TreeMap<>();
      missing.put("access.jwks", jwks.isEmpty());
      missing.put("access.jwtIssuer", issuer.isEmpty());
      missing.put("access.jwtAudience", audiences.isEmpty());
      missing.forEach((name, isMissing) -> {
        if (isMissing) {
          from.secretFault(
              name, "is missing: tokens need access.jwks, access.jwtIssuer and access.jwtAudience");
        }
      });
      return Optional.empty();
    }
    if (!canBeBelieved(jwks.get())) {
      from.secretFault("access.jwks", "must be https:// or a file: its keys are believed");
      return Optional.empty();
    }
    return Optional.of(
        new TokenSettings(
            jwks.get(), issuer.get(), List.copyOf(audiences), algorithms, refreshSeconds));
  }

  /** What comes over a network without TLS could be anybody's. */
  private static boolean canBeBelieved(String jwks) {
    if (!jwks.matches("https?://.*")) {
      return true;
    }
    try {
      URI address = new URI(jwks);
      // Null where there is none.
      String host = String.valueOf(address.getHost());
      return address.getUserInfo() == null
          && (jwks.startsWith("https:") || Config.LOOPBACK.contains(host));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
