package allocation.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Who we are: a certificate and its key.
 *
 * @param certificate PEM, the certificate first and then those that lead to its authority
 * @param key PEM, not encrypted
 */
public record Identity(Path certificate, Path key) {

  /** Reads both files, on a thread that may wait. Throws {@link Unusable}. */
  public Credential read() {
    return checked(options(bytes(certificate), bytes(key)));
  }

  static PemKeyCertOptions options(Buffer certificate, Buffer key) {
    return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
  }

  /** Throws {@link Unusable} when they do not go together, or are out of their time. */
  Credential checked(PemKeyCertOptions read) {
    try {
      return Credential.of(read, Instant.now());
    } catch (Unusable e) {
      throw new Unusable(
          "%s with the key %s cannot be used: %s".formatted(certificate, key, e.getMessage()));
    }
  }

  private static Buffer bytes(Path file) {
    try {
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new Unusable("%s cannot be read: %s".formatted(file, e));
    }
  }
}
