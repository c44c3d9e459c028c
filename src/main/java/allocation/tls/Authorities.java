package allocation.tls;

import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

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

  /** Reads the file, as {@link #of} does. */
  TrustManager[] trustManagers() throws GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    try (InputStream pem = Files.newInputStream(file)) {
      trusted.load(null, null);
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry(String.valueOf(trusted.size()), one);
      }
    } catch (IOException e) {
      throw new Unusable("%s cannot be read: %s".formatted(file, e));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory.getTrustManagers();
  }

  public PemTrustOptions options() {
    return new PemTrustOptions().addCertPath(file.toString());
  }
}
