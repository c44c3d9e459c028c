package allocation.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * For a process that talks to the service on its own machine, by an address that the certificate is
 * not for: believes who shows the very certificate of our file, and nobody else.
 */
public final class OwnCertificate {
  private OwnCertificate() {}

  /** Throws {@link Unusable} when the certificate cannot be read. */
  public static SSLContext context(Identity identity) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Only(read(identity))}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new Unusable("%s cannot be used: %s".formatted(identity.certificate(), e));
    }
  }

  private static X509Certificate read(Identity identity) throws IOException, CertificateException {
    try (InputStream pem = Files.newInputStream(identity.certificate())) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
    }
  }

  /** Extended, or the JDK would ask for the host's name, too. */
  private static final class Only extends X509ExtendedTrustManager {
    private final X509Certificate own;

    Only(X509Certificate own) {
      this.own = own;
    }

    private void check(X509Certificate[] shown) throws CertificateException {
      if (!shown[0].equals(own)) {
        throw new CertificateException("another certificate than that of the settings is shown");
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type)
        throws CertificateException {
      check(shown);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
