package allocation;

import io.vertx.core.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What carries the bytes of the event loops: the system's own way where its library loads. */
final class Transports {
  private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

  private Transports() {}

  /** The best that this machine has; says which one. */
  static Transport best() {
    return bestOf(Transport.nativeTransport());
  }

  static Transport bestOf(Transport wanted) {
    if (wanted.available()) {
      LOG.info("transport={}", wanted.name());
      return wanted;
    }
    // No library for this system, or a temporary folder that forbids programs: slower, no worse.
    LOG.info(
        "transport={} because {} is not available: {}",
        Transport.NIO.name(),
        wanted.name(),
        reason(wanted.unavailabilityCause()));
    return Transport.NIO;
  }

  /** The innermost message, in one line. */
  private static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString().lines().findFirst().orElse("");
  }
}
