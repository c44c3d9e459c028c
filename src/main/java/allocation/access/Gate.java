package allocation.access;

/**
 * What all event loops of a node know of callers together.
 *
 * @param strangers by address; however many they are, those who are known have room of their own
 */
public record Gate(Keyring ring, RateLimit callers, RateLimit strangers) {
  /** As the settings have it; its keys are read by a {@link KeyringVerticle}. */
  public static Gate of(Settings settings) {
    return new Gate(new Keyring(settings), limit(settings), limit(settings));
  }

  private static RateLimit limit(Settings settings) {
    return new RateLimit(settings.requestsPerSecond(), settings.requestsAtOnce(), System::nanoTime);
  }
}
