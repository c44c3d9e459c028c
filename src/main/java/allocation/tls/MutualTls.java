package allocation.tls;

import java.security.SecureRandom;
import javax.net.ssl.SSLContext;

/**
 * Both sides show who they are.
 *
 * @param identity ours
 * @param authorities of the other side
 */
public record MutualTls(Identity identity, Authorities authorities) {

  /**
   * For what speaks TLS by itself and not by Vert.x. Reads the files, on a thread that may wait.
   * Throws {@link Unusable}.
   */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          identity.read().options().getKeyManagerFactory(null).getKeyManagers(),
          authorities.trustManagers(),
          new SecureRandom());
      return context;
    } catch (Unusable e) {
      throw e;
    } catch (Exception e) {
      // Vert.x declares no narrower one; which it is depends on what is wrong with the key.
      throw new Unusable("%s cannot be used: %s".formatted(identity.certificate(), e.getMessage()));
    }
  }
}
