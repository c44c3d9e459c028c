package allocation.access;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** What callers are known by. One for a node: read by every event loop, renewed by one of them. */
public final class Keyring {
  private final Settings settings;
  private volatile ApiKeys apiKeys;
  private volatile Optional<SigningKeys> signingKeys = Optional.empty();
  private volatile Supplier<Future<Void>> renewal = Future::succeededFuture;

  /** With the keys that the settings have themselves. */
  public Keyring(Settings settings) {
    this.settings = settings;
    this.apiKeys = settings.keys();
  }

  /** Whether nobody is asked who it is. */
  public boolean isOff() {
    return settings.isOff();
  }

  Settings settings() {
    return settings;
  }

  ApiKeys apiKeys() {
    return apiKeys;
  }

  Optional<SigningKeys> signingKeys() {
    return signingKeys;
  }

  /**
   * Asks for the keys of tokens again, unless that was done a moment ago; completes on any thread,
   * and never fails: what there was stays.
   */
  Future<Void> renew() {
    return renewal.get();
  }

  void put(ApiKeys keys) {
    apiKeys = keys;
  }

  void put(SigningKeys keys) {
    signingKeys = Optional.of(keys);
  }

  void renewBy(Supplier<Future<Void>> source) {
    renewal = source;
  }
}
