package allocation.access;

/** What all event loops of a node know of callers together. */
public record Gate(Keyring ring, RateLimit limit) {
  /** As the settings have it; its keys are read by a {@link KeyringVerticle}. */
  public static Gate of(Settings settings) {
    return new Gate(
        new Keyring(settings),
        new RateLimit(settings.requestsPerSecond(), settings.requestsAtOnce(), System::nanoTime));
  }
}
