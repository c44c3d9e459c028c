package allocation.tls;

import io.vertx.core.net.PemKeyCertOptions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.X509KeyManager;

/**
 * What was read of an {@link Identity}: it goes together, and is not out of its time.
 *
 * @param options of it, for a server or a client
 * @param expires when others begin to refuse it
 */
public record Credential(PemKeyCertOptions options, Instant expires) {
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private static final int CHALLENGE_BYTES = 32;

  /** Throws {@link Unusable}, with no word of the key in it. */
  static Credential of(PemKeyCertOptions options, Instant now) {
    X509KeyManager parsed = parsed(options);
    for (Map.Entry<String, String> kind : SIGNATURES.entrySet()) {
      String[] aliases = parsed.getServerAliases(kind.getKey(), null);
      if (aliases != null && aliases.length > 0) {
        X509Certificate first = parsed.getCertificateChain(aliases[0])[0];
        check(first, parsed.getPrivateKey(aliases[0]), kind.getValue(), now);
        return new Credential(options, first.getNotAfter().toInstant());
      }
    }
    throw new Unusable("keys can be of " + SIGNATURES.keySet());
  }

  private static void check(
      X509Certificate certificate, PrivateKey key, String signature, Instant now) {
    boolean theirs;
    try {
      theirs = belongTogether(certificate, key, signature);
    } catch (GeneralSecurityException e) {
      // A key of another kind.
      theirs = false;
    }
    if (!theirs) {
      throw new Unusable("the key is not the certificate's");
    }
    // Not yet valid is no fault: a clock that is a little behind must not stop a start.
    if (certificate.getNotAfter().toInstant().isBefore(now)) {
      throw new Unusable("the certificate expired at " + certificate.getNotAfter().toInstant());
    }
  }

  private static X509KeyManager parsed(PemKeyCertOptions options) {
    try {
      // Vert.x itself would be asked for nothing but files.
      return (X509KeyManager) options.getKeyManagerFactory(null).getKeyManagers()[0];
    } catch (Exception e) {
      // Which kind depends on what is wrong with it; nobody wants a piece of a key in a message.
      throw new Unusable("is no PEM of a certificate and an unencrypted key");
    }
  }

  /** Whether what the key signs the certificate verifies. */
  private static boolean belongTogether(
      X509Certificate certificate, PrivateKey key, String algorithm)
      throws GeneralSecurityException {
    byte[] challenge = new byte[CHALLENGE_BYTES];
    new SecureRandom().nextBytes(challenge);
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(challenge);
    byte[] signed = signing.sign();
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certificate);
    verifying.update(challenge);
    return verifying.verify(signed);
  }
}
