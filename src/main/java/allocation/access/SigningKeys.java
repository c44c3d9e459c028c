package allocation.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.impl.jose.JWK;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The public keys of whoever signs tokens (RFC 7517), of the algorithms that are taken. */
final class SigningKeys {
  /** A token that names no key is tried with each. */
  private static final int MAX_KEYS = 100;

  /** RFC 7518, 3.3: shorter ones must not be used. */
  private static final int MIN_RSA_BITS = 2_048;

  private static final int LEEWAY_SECONDS = 30;

  private static final JsonMapper MAPPER = new JsonMapper();

  private static final Map<String, String> CURVES =
      Map.of("P-256", "ES256", "P-384", "ES384", "P-521", "ES512");

  private final TokenSettings settings;
  private final List<JsonObject> keys;
  private final Set<String> ids;
  private final boolean oneHasNoId;
  private final List<String> leftAside;

  private SigningKeys(
      TokenSettings settings,
      List<JsonObject> keys,
      Set<String> ids,
      boolean oneHasNoId,
      Set<String> leftAside) {
    this.settings = settings;
    this.keys = List.copyOf(keys);
    this.ids = Set.copyOf(ids);
    this.oneHasNoId = oneHasNoId;
    this.leftAside = List.copyOf(leftAside);
  }

  /** Throws an {@link IllegalArgumentException} when there is no key that could be used. */
  static SigningKeys parse(byte[] jwks, TokenSettings settings) {
    List<JsonObject> keys = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    boolean oneHasNoId = false;
    Set<String> leftAside = new LinkedHashSet<>();
    for (JsonNode key : keys(jwks)) {
      for (String algorithm : settings.algorithms()) {
        if (key instanceof ObjectNode object && fits(key, algorithm)) {
          JsonObject whole = new JsonObject(object.deepCopy().put("alg", algorithm).toString());
          Optional<String> fault = fault(whole);
          if (fault.isPresent()) {
            leftAside.add(
                "%s %s".formatted(key.path("kid").asText("one without kid"), fault.get()));
          } else {
            keys.add(whole);
            oneHasNoId |= !key.has("kid");
            ids.add(key.path("kid").asText());
          }
        }
      }
    }
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          "must have 1 to %d public keys for signatures of %s, has %d%s"
              .formatted(
                  MAX_KEYS,
                  settings.algorithms(),
                  keys.size(),
                  leftAside.isEmpty() ? "" : "; left aside: " + String.join("; ", leftAside)));
    }
    return new SigningKeys(settings, keys, ids, oneHasNoId, leftAside);
  }

  /**
   * Why no signature can be checked with it. The library leaves such a key out without a word, and
   * one that has no key at all believes whatever is not signed.
   */
  private static Optional<String> fault(JsonObject key) {
    try {
      PublicKey found = new JWK(key).publicKey();
      if (found == null) {
        return Optional.of("lacks a part of the key");
      }
      return found instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS
          ? Optional.of("has less than %d bits".formatted(MIN_RSA_BITS))
          : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of("cannot be read: " + e.getMessage());
    }
  }

  private static JsonNode keys(byte[] jwks) {
    try {
      return MAPPER.readTree(jwks).path("keys");
    } catch (IOException e) {
      throw new IllegalArgumentException("must be a JSON Web Key Set (RFC 7517)", e);
    }
  }

  /** A secret key ({@code oct}) never fits: a token signed with one proves nothing here. */
  private static boolean fits(JsonNode key, String algorithm) {
    String type = key.path("kty").asText();
    boolean ofCurve = !type.equals("EC") || algorithm.equals(CURVES.get(key.path("crv").asText()));
    return type.equals(TokenSettings.KEY_TYPES.get(algorithm))
        && ofCurve
        && key.path("use").asText("sig").equals("sig")
        && key.path("alg").asText(algorithm).equals(algorithm);
  }

  /** Whether the key of a token may be among these. */
  boolean mayHave(String id) {
    return oneHasNoId || ids.contains(id);
  }

  int count() {
    return keys.size();
  }

  /** Those that cannot be used, each with the reason. */
  List<String> leftAside() {
    return leftAside;
  }

  boolean isSame(SigningKeys other) {
    return keys.equals(other.keys);
  }

  /** What checks tokens by these keys; for one event loop. */
  JWTAuth verifier(Vertx vertx) {
    return JWTAuth.create(
        vertx,
        new JWTAuthOptions()
            .setJwks(keys)
            .setJWTOptions(
                new JWTOptions()
                    .setIssuer(settings.issuer())
                    .setAudience(settings.audiences())
                    .setLeeway(LEEWAY_SECONDS)));
  }
}
