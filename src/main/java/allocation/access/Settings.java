package allocation.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Who is let in.
 *
 * @param open who may do everything where neither keys nor tokens are asked for
 * @param keysFile a list of API keys that is read again when it changes
 * @param keys API keys that stay as they are
 * @param tokens empty where no tokens are taken
 * @param requestsPerSecond of one caller on one node; 0 for no limit
 * @param requestsAtOnce of a caller after a silence; 0 for as many as in a second
 */
public record Settings(
    Open open,
    Optional<Path> keysFile,
    ApiKeys keys,
    Optional<TokenSettings> tokens,
    int requestsPerSecond,
    int requestsAtOnce) {
  /** Everybody may do everything, who reaches the loopback address. */
  public static final Settings OFF =
      new Settings(Open.LOOPBACK, Optional.empty(), ApiKeys.NONE, Optional.empty(), 0, 0);

  /** Where access control may be off. */
  public enum Open {
    LOOPBACK,
    EVERYWHERE
  }

  /** Whether nobody is asked who it is. */
  public boolean isOff() {
    return keysFile.isEmpty() && keys.count() == 0 && tokens.isEmpty();
  }

  /** How callers are known, in a few words for the log. */
  public String summary() {
    boolean keys = keysFile.isPresent() || this.keys.count() > 0;
    return isOff() ? "off" : keys && tokens.isPresent() ? "keys,tokens" : keys ? "keys" : "tokens";
  }

  /** Why HTTP must not be served at this address with these settings; empty when it may. */
  public Optional<String> refusal(String host) {
    if (!isOff() || open == Open.EVERYWHERE || isLoopback(host)) {
      return Optional.empty();
    }
    return Optional.of(
        """
        everybody who reaches %s (http.host) could allocate and change stock: set access.keysFile \
        (ACCESS_KEYS_FILE), access.keys (ACCESS_KEYS) or access.jwks (ACCESS_JWKS), or bind to \
        127.0.0.1 (HTTP_HOST), or say that it shall be so with access.open: everywhere \
        (ACCESS_OPEN)\
        """
            .formatted(host));
  }

  private static boolean isLoopback(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      // It cannot be bound either, which is told when it is tried.
      return false;
    }
  }
}
