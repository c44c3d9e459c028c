package allocation.tls;

import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/**
 * Whom we believe: who shows a certificate of one of these.
 *
 * @param file PEM of one certificate or more
 */
public record Authorities(Path file) {

  /** Reads the file, on a thread that may wait. Throws {@link Unusable}. */
  public static Authorities of(Path file) {
    try (InputStream pem = Files.newInputStream(file)) {
      if (CertificateFactory.getInstance("X.509").generateCertificates(pem).isEmpty()) {
        throw new Unusable("%s has no certificate".formatted(file));
      }
    } catch (IOException e) {
      throw new Unusable("%s cannot be read: %s".formatted(file, e));
    } catch (CertificateException e) {
      throw new Unusable("%s is no PEM of certificates".formatted(file));
    }
    return new Authorities(file);
  }

  public PemTrustOptions options() {
    return new PemTrustOptions().addCertPath(file.toString());
  }
}
