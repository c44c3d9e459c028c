package allocation.access;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import allocation.given.Issuer;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Keys that come from files and from an address, and change, and are away. */
class KeyringVerticleTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration SOON = Duration.ofMillis(20);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong now = new AtomicLong(System.nanoTime());
  private final AtomicInteger asked = new AtomicInteger();
  private final Issuer issuer = new Issuer("k1");
  private final Issuer next = new Issuer("k2");
  @TempDir private Path folder;
  private volatile Consumer<HttpServerRequest> answer = request -> request.response().end();
  private @Nullable Doorkeeper keeper;

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_key_that_is_added_to_the_file_is_taken_and_one_that_is_gone_is_not() throws IOException {
    NewKey old = NewKey.make("shop", "read", RANDOM);
    NewKey other = NewKey.make("shop", "read", RANDOM);
    Path file = write("keys", old.line());
    start(keys(file));
    assertThat(isKnown(old.key())).isTrue();
    assertThat(isKnown(other.key())).isFalse();

    Files.writeString(file, other.line());

    await().until(() -> isKnown(other.key()));
    assertThat(isKnown(old.key())).isFalse();
  }

  @Test
  void a_file_that_is_malformed_or_gone_later_changes_nothing_until_it_is_good_again()
      throws IOException {
    NewKey old = NewKey.make("shop", "read", RANDOM);
    NewKey other = NewKey.make("shop", "read", RANDOM);
    NewKey last = NewKey.make("shop", "read", RANDOM);
    Path file = write("keys", old.line());
    start(keys(file));

    Files.writeString(file, "");
    Files.writeString(file, other.line() + "\nnonsense");
    Files.delete(file);
    assertThat(isKnown(old.key())).isTrue();
    write("keys", last.line());

    await().until(() -> isKnown(last.key()));
    assertThat(isKnown(other.key())).as("of a file with a fault").isFalse();
  }

  @Test
  void the_last_key_can_be_taken_away() throws IOException {
    NewKey old = NewKey.make("shop", "read", RANDOM);
    Path file = write("keys", old.line());
    start(keys(file));

    Files.writeString(file, "# nobody\n");

    await().until(() -> !isKnown(old.key()));
  }

  @Test
  void keys_of_the_settings_stay_beside_those_of_the_file() throws IOException {
    NewKey fixed = NewKey.make("monitor", "operate", RANDOM);
    NewKey ofFile = NewKey.make("shop", "read", RANDOM);

    start(
        new Settings(
            Settings.Open.LOOPBACK,
            Optional.of(write("keys", ofFile.line())),
            ApiKeys.parse(fixed.line()),
            Optional.empty(),
            0,
            0));

    assertThat(isKnown(fixed.key())).isTrue();
    assertThat(isKnown(ofFile.key())).isTrue();
  }

  @Test
  void keys_that_cannot_be_had_stop_the_start_and_say_where_they_should_be() throws IOException {
    Path missing = folder.resolve("missing");
    Path faulty = write("faulty", "shop alk_not-a-hash read");
    Path empty = write("empty", "\n");

    assertThat(failed(keys(missing)))
        .hasMessageContaining("access.keysFile (ACCESS_KEYS_FILE) " + missing);
    assertThat(failed(keys(faulty)))
        .hasMessageContaining(faulty + " cannot be used: key 1 must have the key's SHA-256")
        .hasMessageNotContaining("alk_not");
    assertThat(failed(keys(empty))).hasMessageContaining(empty + " cannot be used");
    assertThat(failed(tokens(missing.toString())))
        .hasMessageContaining("access.jwks (ACCESS_JWKS) " + missing);
  }

  @Test
  void keys_of_tokens_are_read_from_a_file_and_again_when_it_changes() throws IOException {
    Path file = write("jwks.json", issuer.jwks());
    start(tokens(file.toString()));
    assertThat(isKnown(issuer.token("read"))).isTrue();

    Files.writeString(file, next.jwks());

    await().until(() -> isKnown(next.token("read")));
    assertThat(isKnown(issuer.token("read"))).isFalse();
  }

  @Test
  void keys_of_tokens_are_fetched_at_the_start() {
    answer = request -> request.response().end(issuer.jwks());

    start(tokens(server()));

    assertThat(isKnown(issuer.token("read"))).isTrue();
    assertThat(asked).hasValue(1);
  }

  @Test
  void an_issuer_that_is_away_for_a_moment_at_the_start_is_asked_again() {
    answer =
        request -> {
          if (asked.get() == 1) {
            request.response().setStatusCode(503).end();
          } else {
            request.response().end(issuer.jwks());
          }
        };

    start(tokens(server()));

    assertThat(isKnown(issuer.token("read"))).isTrue();
  }

  @Test
  void an_issuer_that_stays_away_at_the_start_stops_it() {
    answer = request -> request.response().setStatusCode(404).end();
    String address = server();

    assertThat(failed(tokens(address)))
        .hasMessageContaining("access.jwks (ACCESS_JWKS) " + address)
        .hasMessageContaining("404");
  }

  @Test
  void a_new_key_is_fetched_when_a_token_names_it_but_strangers_cannot_make_us_ask_often() {
    answer = request -> request.response().end(issuer.jwks());
    start(tokens(server()));
    answer = request -> request.response().end(issuer.jwks(next));
    pass(KeyringVerticle.LOOK);

    assertThat(isKnown(next.token("read"))).isTrue();
    for (int i = 0; i < 20; i++) {
      assertThat(isKnown(new Issuer("k" + i).token("read"))).isFalse();
    }

    assertThat(asked).as("once at the start, once for the new key").hasValue(2);
    pass(KeyringVerticle.LOOK);
    assertThat(isKnown(new Issuer("k3").token("read"))).isFalse();
    assertThat(asked).hasValue(3);
  }

  /** Nobody names the new key, so nothing but the time that passes makes us ask. */
  @Test
  void a_key_that_its_issuer_has_dropped_is_good_until_the_next_refresh_and_no_longer() {
    answer = request -> request.response().end(issuer.jwks());
    start(tokens(server(), 1));
    assertThat(isKnown(issuer.token("read"))).isTrue();

    answer = request -> request.response().end(next.jwks());

    await().until(() -> !isKnown(issuer.token("read")));
    assertThat(isKnown(next.token("read"))).isTrue();
  }

  @Test
  void an_issuer_that_is_away_later_changes_nothing() {
    answer = request -> request.response().end(issuer.jwks());
    start(tokens(server()));

    answer = request -> request.connection().close();
    pass(KeyringVerticle.LOOK);
    assertThat(isKnown(next.token("read"))).isFalse();
    assertThat(isKnown(issuer.token("read"))).isTrue();

    answer = request -> request.response().end("{\"keys\":[]}");
    pass(KeyringVerticle.LOOK);
    assertThat(isKnown(next.token("read"))).isFalse();
    assertThat(isKnown(issuer.token("read"))).isTrue();
    assertThat(asked).hasValue(3);

    answer = request -> request.response().end("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k7\"}]}");
    pass(KeyringVerticle.LOOK);
    assertThat(isKnown(next.token("read"))).isFalse();
    assertThat(isKnown(next.unsigned("read"))).isFalse();
    assertThat(isKnown(issuer.token("read"))).isTrue();
    assertThat(asked).hasValue(4);
  }

  @Test
  void a_key_that_comes_later_and_cannot_be_used_is_told_once() {
    Logger logger = (Logger) LoggerFactory.getLogger(KeyringVerticle.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    answer = request -> request.response().end(issuer.jwks());
    start(tokens(server()));
    logger.addAppender(log);
    try {
      answer =
          request ->
              request
                  .response()
                  .end("{\"keys\":[%s,{\"kty\":\"RSA\",\"kid\":\"k7\"}]}".formatted(issuer.key()));
      for (int i = 0; i < 2; i++) {
        pass(KeyringVerticle.LOOK);
        assertThat(isKnown(next.token("read"))).isFalse();
      }
    } finally {
      logger.detachAppender(log);
    }

    assertThat(asked).as("at the start, and twice").hasValue(3);
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("a key of tokens is left aside: k7 lacks a part of the key");
  }

  @Test
  void a_set_that_is_too_large_is_not_kept() {
    answer = request -> request.response().end(issuer.jwks() + " ".repeat(JwksSource.LIMIT_BYTES));
    String address = server();

    assertThat(failed(tokens(address))).hasMessageContaining("more than");
  }

  @Test
  void an_issuer_whose_certificate_nobody_vouches_for_is_not_believed() throws Exception {
    Path store = folder.resolve("self-signed.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "issuer",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    HttpServer server =
        result(
            vertx
                .createHttpServer(
                    new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(
                            new PfxOptions().setPath(store.toString()).setPassword("changeit")))
                .requestHandler(request -> request.response().end(issuer.jwks()))
                .listen(0, "localhost"));

    assertThat(failed(tokens("https://localhost:%d/keys".formatted(server.actualPort()))))
        .hasMessageContaining("access.jwks (ACCESS_JWKS) https://localhost:")
        .hasStackTraceContaining("SSLHandshakeException");
  }

  private Settings keys(Path file) {
    return new Settings(
        Settings.Open.LOOPBACK, Optional.of(file), ApiKeys.NONE, Optional.empty(), 0, 0);
  }

  private static Settings tokens(String jwks) {
    return tokens(jwks, 86_400);
  }

  private static Settings tokens(String jwks, int refreshSeconds) {
    return new Settings(
        Settings.Open.LOOPBACK,
        Optional.empty(),
        ApiKeys.NONE,
        Optional.of(
            new TokenSettings(
                jwks, Issuer.NAME, List.of(Issuer.AUDIENCE), Set.of("RS256"), refreshSeconds)),
        0,
        0);
  }

  private void start(Settings settings) {
    Keyring ring = new Keyring(settings);
    result(begin(ring));
    keeper = new Doorkeeper(vertx, ring, Clock.systemUTC());
  }

  private Throwable failed(Settings settings) {
    return failure(begin(new Keyring(settings)));
  }

  private Future<String> begin(Keyring ring) {
    // Files are looked at often, and the time between two fetches goes by only as told.
    boolean fetched = ring.settings().tokens().map(TokenSettings::isFetched).orElse(false);
    Duration look = fetched ? KeyringVerticle.LOOK : SOON;
    return vertx.deployVerticle(new KeyringVerticle(ring, look, now::get));
  }

  private boolean isKnown(String credential) {
    Doorkeeper asks = keeper;
    if (asks == null) {
      throw new IllegalStateException("not started");
    }
    return result(asks.caller(List.of("Bearer " + credential)).map(true).otherwise(false));
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private String server() {
    HttpServer server =
        result(
            vertx
                .createHttpServer()
                .requestHandler(request -> {
                  asked.incrementAndGet();
                  answer.accept(request);
                })
                .listen(0, "127.0.0.1"));
    return "http://127.0.0.1:%d/keys".formatted(server.actualPort());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
