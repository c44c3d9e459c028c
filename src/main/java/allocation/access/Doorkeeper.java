package allocation.access;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Tells who sends a request, by its header {@code Authorization: Bearer} with an API key or a
 * token. Belongs to one event loop.
 */
public final class Doorkeeper {
  private static final String SCHEME = "Bearer ";

  private final Keyring ring;
  private final Tokens tokens;

  public Doorkeeper(Vertx vertx, Keyring ring, Clock clock) {
    this.ring = ring;
    this.tokens = new Tokens(vertx, ring, clock);
  }

  /** Whether nobody is asked. */
  public boolean isOff() {
    return ring.isOff();
  }

  /** Whether nobody is asked because nobody else can reach it. */
  public boolean isForThisMachineOnly() {
    return ring.isOff() && ring.settings().open() == Settings.Open.LOOPBACK;
  }

  /**
   * Who it is; nearly always at once, and on this event loop. Fails with {@link NotKnown}.
   *
   * @param headers every value of the header Authorization
   */
  public Future<Caller> caller(List<String> headers) {
    if (isOff()) {
      return Future.succeededFuture(Caller.ANYBODY);
    }
    if (headers.isEmpty()) {
      return notKnown(false, "no credential");
    }
    String header = headers.getFirst();
    if (headers.size() > 1 || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return notKnown(true, "not one bearer credential");
    }
    String credential = header.substring(SCHEME.length()).strip();
    if (credential.startsWith(ApiKeys.PREFIX)) {
      Optional<Caller> caller = ring.apiKeys().find(credential);
      return caller.map(Future::succeededFuture).orElseGet(() -> notKnown(true, "no such key"));
    }
    return tokens.caller(credential);
  }

  private static Future<Caller> notKnown(boolean presented, String reason) {
    return Future.failedFuture(new NotKnown(presented, reason));
  }
}
