package allocation.access;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the keys when it starts, and again when they may have changed. Once it has started nothing
 * that is away or malformed takes a key from the ring: the keys of before stay, and the log says
 * so.
 *
 * <p>Fails to start when keys that the settings name cannot be had.
 */
public final class KeyringVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(KeyringVerticle.class);

  /** How soon a changed file is noticed, and how often strangers can make us fetch. */
  static final Duration LOOK = Duration.ofSeconds(10);

  private static final int FIRST_TRIES = 3;
  private static final long PAUSE_MS = 1_000;

  private final Keyring ring;
  private final LongSupplier nanoTime;
  private final long lookMs;
  private @Nullable JwksSource source;
  private @Nullable Future<Void> renewing;
  private long renewedNanos;
  private String fileBefore = "";
  private List<String> leftAside = List.of();

  public KeyringVerticle(Keyring ring) {
    this(ring, LOOK, System::nanoTime);
  }

  /** With another rhythm, for tests. */
  KeyringVerticle(Keyring ring, Duration look, LongSupplier nanoTime) {
    this.ring = ring;
    this.lookMs = look.toMillis();
    this.nanoTime = nanoTime;
  }

  @Override
  public Future<?> start() {
    // Not yet: the first key that is new is fetched at once.
    renewedNanos = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(lookMs);
    return readKeysFile().compose(read -> readSigningKeys(FIRST_TRIES)).onSuccess(read -> watch());
  }

  @Override
  public Future<?> stop() {
    ring.renewBy(Future::succeededFuture);
    return source == null ? Future.succeededFuture() : source.close();
  }

  private void watch() {
    if (ring.settings().keysFile().isPresent()) {
      vertx.setPeriodic(lookMs, tick -> lookAtKeysFile());
    }
    ring.settings()
        .tokens()
        .ifPresent(tokens -> {
          long everyMs =
              tokens.isFetched() ? TimeUnit.SECONDS.toMillis(tokens.refreshSeconds()) : lookMs;
          vertx.setPeriodic(everyMs, tick -> renew());
          Context own = context;
          ring.renewBy(() -> onOwnLoop(own, this::renewUnlessJustDone));
        });
  }

  private static Future<Void> onOwnLoop(Context own, Supplier<Future<Void>> work) {
    Promise<Void> done = Promise.promise();
    own.runOnContext(now -> work.get().onComplete(done));
    return done.future();
  }

  private Future<Void> readKeysFile() {
    return ring.settings()
        .keysFile()
        .map(file -> text(file).map(text -> take(file, text)))
        .orElseGet(Future::succeededFuture)
        .mapEmpty();
  }

  private Future<String> text(Path file) {
    return vertx
        .fileSystem()
        .readFile(file.toString())
        .map(bytes -> bytes.toString(StandardCharsets.UTF_8))
        .recover(cause ->
            Future.failedFuture(
                new IllegalStateException(
                    "access.keysFile (ACCESS_KEYS_FILE) %s cannot be read".formatted(file),
                    cause)));
  }

  private String take(Path file, String text) {
    fileBefore = text;
    try {
      if (text.isBlank()) {
        // Somebody may be writing it just now; a file that shall have no key has a comment.
        throw new IllegalArgumentException("is empty");
      }
      ring.put(ApiKeys.parse(text).and(ring.settings().keys()));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "access.keysFile (ACCESS_KEYS_FILE) %s cannot be used: %s"
              .formatted(file, e.getMessage()));
    }
    LOG.info("API keys read keys={}", ring.apiKeys().count());
    return text;
  }

  private void lookAtKeysFile() {
    Path file = ring.settings().keysFile().orElseThrow();
    text(file)
        .map(text -> text.equals(fileBefore) ? text : take(file, text))
        .onFailure(cause -> LOG.error("the API keys stay as they were: {}", cause.getMessage()));
  }

  private Future<Void> readSigningKeys(int tries) {
    if (ring.settings().tokens().isEmpty()) {
      return Future.succeededFuture();
    }
    TokenSettings tokens = ring.settings().tokens().get();
    JwksSource from = source == null ? JwksSource.of(vertx, tokens) : source;
    source = from;
    return fetch(from, tokens)
        .recover(cause ->
            tries > 1 && tokens.isFetched()
                ? vertx
                    .timer(PAUSE_MS, TimeUnit.MILLISECONDS)
                    .compose(paused -> readSigningKeys(tries - 1))
                : Future.failedFuture(cause));
  }

  private Future<Void> fetch(JwksSource from, TokenSettings tokens) {
    return from.read()
        .map((Buffer bytes) -> {
          take(SigningKeys.parse(bytes.getBytes(), tokens));
          return (Void) null;
        })
        .recover(cause ->
            Future.failedFuture(
                new IllegalStateException(
                    "access.jwks (ACCESS_JWKS) %s cannot be used: %s"
                        .formatted(tokens.jwks(), reason(cause)),
                    cause)));
  }

  /** What it said, and what was behind that: a certificate that does not fit, say. */
  private static String reason(Throwable cause) {
    Throwable behind = cause.getCause();
    return behind == null
        ? String.valueOf(cause.getMessage())
        : "%s (%s)".formatted(cause.getMessage(), reason(behind));
  }

  private void take(SigningKeys keys) {
    boolean changed = ring.signingKeys().map(before -> !before.isSame(keys)).orElse(true);
    if (changed) {
      // Tokens that were found good are forgotten with the keys of before.
      ring.put(keys);
      LOG.info("keys of tokens read keys={}", keys.count());
    }
    if (!keys.leftAside().equals(leftAside)) {
      leftAside = keys.leftAside();
      leftAside.forEach(key -> LOG.warn("a key of tokens is left aside: {}", key));
    }
  }

  private Future<Void> renewUnlessJustDone() {
    boolean justDone = nanoTime.getAsLong() - renewedNanos < TimeUnit.MILLISECONDS.toNanos(lookMs);
    Future<Void> underWay = renewing;
    return underWay == null && justDone ? Future.succeededFuture() : renew();
  }

  private Future<Void> renew() {
    Future<Void> underWay = renewing;
    JwksSource from = source;
    if (underWay != null) {
      return underWay;
    }
    if (from == null) {
      throw new IllegalStateException("not started");
    }
    renewedNanos = nanoTime.getAsLong();
    Future<Void> begun =
        fetch(from, ring.settings().tokens().orElseThrow())
            .onFailure(
                cause -> LOG.warn("the keys of tokens stay as they were: {}", cause.getMessage()))
            .otherwiseEmpty();
    renewing = begun;
    begun.onComplete(done -> renewing = null);
    return begun;
  }
}
