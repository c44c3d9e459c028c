package allocation.access;

import static allocation.given.Decoding.attempt;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.Issuer;
import allocation.given.Seeds;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.authentication.TokenCredentials;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists of keys, key sets, and what strangers say who they are. */
final class AccessFuzzTest {
  private static final TokenSettings TOKENS =
      new TokenSettings(
          "file", Issuer.NAME, List.of(Issuer.AUDIENCE), TokenSettings.KEY_TYPES.keySet(), 300);
  private static final Issuer ISSUER = new Issuer("k1");
  private static final NewKey KEY = NewKey.make("shop", "read,allocate", new SecureRandom());
  private static final Vertx VERTX = Vertx.vertx();
  private static final Doorkeeper DOORKEEPER = doorkeeper();

  private static Doorkeeper doorkeeper() {
    Keyring ring =
        new Keyring(
            new Settings(
                Settings.Open.LOOPBACK,
                Optional.empty(),
                ApiKeys.parse(KEY.line()),
                Optional.of(TOKENS),
                0,
                0));
    ring.put(SigningKeys.parse(ISSUER.jwks().getBytes(UTF_8), TOKENS));
    return new Doorkeeper(VERTX, ring, Clock.systemUTC());
  }

  @AfterAll
  static void close() throws Exception {
    VERTX.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  static Stream<byte[]> lists() {
    return Seeds.text(
        KEY.line(),
        "# nobody yet\n\n" + KEY.line() + " # the shop\n",
        "a " + "0".repeat(64) + " read,read;b " + "f".repeat(64) + " operate",
        "a " + "0".repeat(64) + " read\na " + "0".repeat(64) + " read");
  }

  @MethodSource("lists")
  @FuzzTest(maxDuration = "1m")
  void lists_of_keys(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    attempt(
            () -> {
              try {
                return ApiKeys.parse(text).count();
              } catch (ApiKeys.Faulty e) {
                holdsNoSecret(String.valueOf(e.getMessage()), text);
                throw e;
              }
            },
            ApiKeys.Faulty.class)
        .filter(count -> count > text.length() / 64)
        .ifPresent(tooMany -> {
          throw new AssertionError(tooMany + " keys in " + text);
        });
  }

  /** The message is printed where everybody reads; a word of it could be a key. */
  private static void holdsNoSecret(String message, String text) {
    for (String word : text.split("[\\s;]+", -1)) {
      if (word.length() >= 32 && message.contains(word)) {
        throw new AssertionError("tells " + word);
      }
    }
  }

  static Stream<byte[]> keySets() {
    return Seeds.json(
        ISSUER.jwks(),
        ISSUER.jwks(new Issuer("k2")),
        """
        {"keys":[{"kty":"EC","crv":"P-256","kid":"e","x":"AA","y":"AA"}]}\
        """,
        """
        {"keys":[{"kty":"OKP","crv":"Ed25519","kid":"e","x":"AA"}]}\
        """,
        """
        {"keys":[{"kty":"RSA","kid":"r","n":"AA","e":"AQAB"}]}\
        """,
        """
        {"keys":[{"kty":"RSA","kid":"r","n":"!","e":""}]}\
        """);
  }

  /**
   * Keys that were taken can be used: the first request would be too late to find out, and without
   * one that can the library believes what is not signed.
   */
  @MethodSource("keySets")
  @FuzzTest(maxDuration = "1m")
  void key_sets(byte[] jwks) {
    attempt(() -> SigningKeys.parse(jwks, TOKENS), IllegalArgumentException.class)
        .ifPresent(keys ->
            assertThat(
                    keys.verifier(VERTX)
                        .authenticate(new TokenCredentials(ISSUER.unsigned("read")))
                        .failed())
                .isTrue());
  }

  static Stream<byte[]> credentials() {
    return Seeds.text(
        "Bearer " + KEY.key(),
        "Bearer " + ISSUER.token("read"),
        "Bearer " + ISSUER.unsigned("read"),
        "Bearer " + ISSUER.signedWithPublicKey("read"),
        "Bearer " + new Issuer("k9").token("read"),
        "Basic " + KEY.key(),
        "Bearer a.b.c",
        "Bearer e30.e30.",
        "Bearer eyJhbGciOiJSUzI1NiJ9.bnVsbA.AA",
        "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Ims5In0.e30.AA",
        "Bearer W10.W10.W10");
  }

  /** One header a line. */
  @MethodSource("credentials")
  @FuzzTest(maxDuration = "1m")
  void credentials(byte[] bytes) {
    List<String> headers = new String(bytes, ISO_8859_1).lines().toList();
    Future<Caller> caller = DOORKEEPER.caller(headers);
    try {
      caller.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      String sent = headers.getFirst();
      if (!sent.contains(KEY.key()) && sent.split("\\.", -1).length != 3) {
        throw new AssertionError("let in with " + sent);
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof NotKnown)) {
        throw new AssertionError("not a plain no", e.getCause());
      }
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }
}
