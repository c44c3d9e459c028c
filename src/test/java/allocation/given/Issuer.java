package allocation.given;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whoever signs tokens: with one key, and by hand, so that it can also do what no library would.
 */
public final class Issuer {
  /** Its name. */
  public static final String NAME = "https://issuer.example/";

  /** Who its tokens are for. */
  public static final String AUDIENCE = "allocation";

  /** The subject of its tokens. */
  public static final String SUBJECT = "checkout";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final String keyId;
  private final KeyPair keys;

  public Issuer(String keyId) {
    this(keyId, 2048);
  }

  /** One whose key has so many bits. */
  public Issuer(String keyId, int bits) {
    this.keyId = keyId;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      keys = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The public key, as the member of a key set. */
  public ObjectNode key() {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return MAPPER
        .createObjectNode()
        .put("kty", "RSA")
        .put("kid", keyId)
        .put("use", "sig")
        .put("alg", "RS256")
        .put("n", base64(key.getModulus()))
        .put("e", base64(key.getPublicExponent()));
  }

  /** The public key, in DER. */
  public byte[] publicKey() {
    return keys.getPublic().getEncoded();
  }

  /** Its key set, with those of others. */
  public String jwks(Issuer... others) {
    ObjectNode set = MAPPER.createObjectNode();
    set.putArray("keys").add(key());
    for (Issuer other : others) {
      set.withArray("keys").add(other.key());
    }
    return set.toString();
  }

  /** A token that is good for ten minutes. */
  public String token(String scope) {
    return token(claims -> claims.put("scope", scope));
  }

  /** One with other claims. */
  public String token(Consumer<ObjectNode> change) {
    return sign(header("RS256"), claims(change));
  }

  /** One with another header, signed all the same. */
  public String tokenWithHeader(Consumer<ObjectNode> change, String scope) {
    ObjectNode header = header("RS256");
    change.accept(header);
    return sign(header, claims(claims -> claims.put("scope", scope)));
  }

  /** One that says it needs no signature. */
  public String unsigned(String scope) {
    return content(header("none"), claims(claims -> claims.put("scope", scope))) + ".";
  }

  /** One that is signed with what everybody knows, as if it were a secret. */
  public String signedWithPublicKey(String scope) {
    String content = content(header("HS256"), claims(claims -> claims.put("scope", scope)));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(keys.getPublic().getEncoded(), "HmacSHA256"));
      return content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode header(String algorithm) {
    return MAPPER.createObjectNode().put("typ", "JWT").put("alg", algorithm).put("kid", keyId);
  }

  private static ObjectNode claims(Consumer<ObjectNode> change) {
    ObjectNode claims =
        MAPPER
            .createObjectNode()
            .put("iss", NAME)
            .put("aud", AUDIENCE)
            .put("sub", SUBJECT)
            .put("exp", Instant.now().getEpochSecond() + 600);
    change.accept(claims);
    return claims;
  }

  private String sign(ObjectNode header, ObjectNode claims) {
    String content = content(header, claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String content(ObjectNode header, ObjectNode claims) {
    return base64(header.toString().getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    // Without the zero that would only be a sign.
    return base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
