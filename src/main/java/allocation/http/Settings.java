package allocation.http;

import allocation.tls.Identity;
import java.util.Optional;

/**
 * How HTTP is served.
 *
 * @param host the address to bind
 * @param port 0 for any free one, -1 for a free one that all instances share
 * @param replyTimeoutMs milliseconds that a command may take before its outcome is called unknown
 * @param queryTimeoutMs milliseconds that a query may take
 * @param bodyLimitBytes largest body
 * @param bodiesLimitBytes most of one instance for all bodies together, from their first byte to
 *     the answer; not less than the largest body
 * @param bodyTimeoutMs milliseconds from a request's head to the end of its body
 * @param idleTimeoutSeconds seconds without a whole head or a piece of a body after which a
 *     connection is closed; has to be longer than a command or a query may take
 * @param retryAfterSeconds what a caller is told to wait when it should try again
 * @param connections most of one instance; one more is closed at once
 * @param requestsAtOnce most of one instance that wait for something; one more is told to come back
 * @param identity what it shows over TLS; without one it speaks plain HTTP
 */
public record Settings(
    String host,
    int port,
    long replyTimeoutMs,
    long queryTimeoutMs,
    int bodyLimitBytes,
    int bodiesLimitBytes,
    long bodyTimeoutMs,
    int idleTimeoutSeconds,
    int retryAfterSeconds,
    int connections,
    int requestsAtOnce,
    Optional<Identity> identity) {
  public Settings {
    if (idleTimeoutSeconds * 1_000L <= Math.max(replyTimeoutMs, queryTimeoutMs)) {
      throw new IllegalArgumentException(
          "idleTimeoutSeconds must be longer than a command or a query may take, was "
              + idleTimeoutSeconds);
    }
    if (bodiesLimitBytes < bodyLimitBytes) {
      throw new IllegalArgumentException(
          "bodiesLimitBytes must have room for one of bodyLimitBytes, was " + bodiesLimitBytes);
    }
  }
}
