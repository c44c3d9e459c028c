package allocation.access;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.given.Issuer;
import allocation.given.SetClock;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tokens are believed. */
class TokensTest {
  private static final Issuer ISSUER = new Issuer("k1");
  private static final TokenSettings SETTINGS =
      new TokenSettings(
          "keys.json", Issuer.NAME, List.of(Issuer.AUDIENCE), Set.of("RS256", "ES256"), 300);

  private final Vertx vertx = Vertx.vertx();
  private final SetClock clock = new SetClock();
  private final Keyring ring =
      new Keyring(
          new Settings(
              Settings.Open.LOOPBACK, Optional.empty(), ApiKeys.NONE, Optional.of(SETTINGS), 0, 0));
  private final Tokens tokens = new Tokens(vertx, ring, clock);

  TokensTest() {
    ring.put(keys(ISSUER.jwks()));
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_token_of_the_issuer_says_who_it_is_and_what_it_may_do() {
    Caller caller = caller(ISSUER.token("read openid manage-stock"));

    assertThat(caller)
        .isEqualTo(new Caller("sub:" + Issuer.SUBJECT, Set.of(Scope.READ, Scope.MANAGE_STOCK)));
  }

  @Test
  void scopes_may_be_a_list_or_under_their_short_name() {
    assertThat(caller(ISSUER.token(claims -> claims.putArray("scope").add("read").add(1))).scopes())
        .containsExactly(Scope.READ);
    assertThat(caller(ISSUER.token(claims -> claims.put("scp", "operate"))).scopes())
        .containsExactly(Scope.OPERATE);
    assertThat(caller(ISSUER.token(claims -> claims.put("scope", 7))).scopes()).isEmpty();
  }

  @Test
  void one_audience_of_several_will_do() {
    String token = ISSUER.token(claims -> claims.putArray("aud").add("other").add(Issuer.AUDIENCE));

    assertThat(caller(token).id()).isEqualTo("sub:checkout");
  }

  static Stream<Arguments> refused() {
    long now = Instant.now().getEpochSecond();
    return Stream.of(
        refused("expired", claims -> claims.put("exp", now - 3_600)),
        refused("without an expiry", claims -> claims.remove("exp")),
        refused("with an expiry that is no number", claims -> claims.put("exp", "never")),
        refused("not valid yet", claims -> claims.put("nbf", now + 3_600)),
        refused("made in the future", claims -> claims.put("iat", now + 3_600)),
        refused("of another issuer", claims -> claims.put("iss", "https://issuer.example")),
        refused("of no issuer", claims -> claims.remove("iss")),
        refused("for somebody else", claims -> claims.put("aud", "billing")),
        refused("for nobody", claims -> claims.remove("aud")),
        refused("for something that is no name", claims -> claims.putObject("aud")),
        refused("about nobody", claims -> claims.remove("sub")),
        refused("about an empty name", claims -> claims.put("sub", "")),
        refused("about a very long name", claims -> claims.put("sub", "x".repeat(201))));
  }

  private static Arguments refused(String what, Consumer<ObjectNode> change) {
    return Arguments.of(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void a_token_is_refused_that_is(String what, Consumer<ObjectNode> change) {
    assertNotKnown(ISSUER.token(change));
  }

  @Test
  void what_is_not_signed_by_the_issuers_key_is_refused() {
    String good = ISSUER.token("read");
    String[] parts = good.split("\\.", -1);
    String[] more = ISSUER.token("read operate").split("\\.", -1);

    assertNotKnown(ISSUER.unsigned("read"));
    assertNotKnown(ISSUER.signedWithPublicKey("read"));
    assertNotKnown(new Issuer("k1").token("read"));
    assertNotKnown(parts[0] + "." + more[1] + "." + parts[2]);
    assertNotKnown(parts[0] + "." + parts[1] + ".");
    assertNotKnown(parts[0] + "." + parts[1]);
    assertNotKnown(good + ".x");
    assertNotKnown("");
    assertNotKnown("..");
    assertNotKnown("not a token");
  }

  @Test
  void an_algorithm_that_is_not_pinned_is_refused_though_the_key_could_do_it() {
    assertNotKnown(ISSUER.tokenWithHeader(header -> header.put("alg", "RS512"), "read"));
    assertNotKnown(ISSUER.tokenWithHeader(header -> header.put("alg", "none"), "read"));
    assertNotKnown(ISSUER.tokenWithHeader(header -> header.remove("alg"), "read"));
  }

  @Test
  void a_header_that_has_to_be_understood_and_is_not_is_refused() {
    assertNotKnown(ISSUER.tokenWithHeader(header -> header.putArray("crit").add("b64"), "read"));
  }

  /** It is logged. */
  @Test
  void why_a_token_is_refused_has_nothing_of_it() {
    assertThat(
            failure(
                tokens.caller(
                    ISSUER.tokenWithHeader(header -> header.put("kid", "x\nforged"), "read"))))
        .isInstanceOf(NotKnown.class)
        .message()
        .doesNotContain("forged");
  }

  @Test
  void a_token_that_names_no_key_is_tried_with_each() {
    ring.put(keys(new Issuer("k0").jwks(ISSUER)));

    assertThat(caller(ISSUER.tokenWithHeader(header -> header.remove("kid"), "read")).scopes())
        .containsExactly(Scope.READ);
  }

  @Test
  void a_good_token_is_remembered_until_it_expires() {
    String token = ISSUER.token(claims -> claims.put("exp", Instant.now().getEpochSecond() + 600));
    caller(token);
    caller(token);
    assertThat(tokens.verified()).isEqualTo(1);

    // What is remembered ends by this clock, a token by the library's own.
    clock.advance(Duration.between(clock.instant(), Instant.now().plusSeconds(601)));
    caller(token);

    assertThat(tokens.verified()).as("looked at again").isEqualTo(2);
  }

  @Test
  void a_token_that_was_refused_is_not_remembered() {
    String token = ISSUER.token(claims -> claims.put("aud", "billing"));
    assertNotKnown(token);
    assertNotKnown(token);

    assertThat(tokens.verified()).isEqualTo(2);
  }

  @Test
  void a_good_token_is_forgotten_when_its_key_is_taken_away() {
    String token = ISSUER.token("read");
    caller(token);

    ring.put(keys(new Issuer("k2").jwks()));

    assertNotKnown(token);
  }

  @Test
  void a_key_that_is_not_known_is_asked_for_and_then_believed() {
    Issuer next = new Issuer("k2");
    AtomicInteger asked = new AtomicInteger();
    ring.renewBy(() -> {
      asked.incrementAndGet();
      ring.put(keys(ISSUER.jwks(next)));
      return Future.succeededFuture();
    });

    assertThat(caller(next.token("read")).id()).isEqualTo("sub:checkout");
    assertThat(caller(ISSUER.token("read")).id()).isEqualTo("sub:checkout");
    assertThat(asked).hasValue(1);
  }

  @Test
  void where_no_tokens_are_taken_none_is_believed() {
    Keyring other = new Keyring(Settings.OFF);

    assertThat(failure(new Tokens(vertx, other, clock).caller(ISSUER.token("read"))))
        .isInstanceOf(NotKnown.class);
  }

  @Test
  void a_set_without_a_key_that_could_be_used_is_a_fault() {
    for (String set :
        List.of(
            "nonsense",
            "[]",
            "{\"keys\":[]}",
            "{\"keys\":[1]}",
            "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"k1\",\"alg\":\"HS256\"}]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k1\"}]}",
            "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"k1\",\"crv\":\"P-256\"}]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k1\",\"x5c\":[\"AQID\"]}]}",
            ISSUER.jwks().replace("\"sig\"", "\"enc\""),
            ISSUER.jwks().replace("RS256", "RS384"))) {
      assertThatThrownBy(() -> keys(set)).as(set).isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Guard: the library passes over such a key, and without any it believes what is not signed. */
  @Test
  void a_key_that_cannot_be_used_is_left_aside_and_said_to_be() {
    SigningKeys keys =
        keys(
            "{\"keys\":[%s,{\"kty\":\"RSA\",\"kid\":\"k2\"},%s]}"
                .formatted(ISSUER.key(), new Issuer("k3", 1_024).key()));

    assertThat(keys.count()).isEqualTo(1);
    assertThat(keys.leftAside())
        .containsExactly("k2 lacks a part of the key", "k3 has less than 2048 bits");
    assertThat(keys.mayHave("k2")).isFalse();
  }

  @Test
  void a_set_whose_keys_cannot_be_used_says_which_and_why() {
    assertThatThrownBy(() -> keys("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k1\"}]}"))
        .hasMessageContaining("has 0; left aside: k1 lacks a part of the key");
  }

  @Test
  void a_key_that_names_no_algorithm_is_for_every_one_that_it_can_do() {
    ObjectNode key = ISSUER.key();
    key.remove("alg");
    ring.put(keys("{\"keys\":[%s]}".formatted(key)));

    assertThat(caller(ISSUER.token("read")).id()).isEqualTo("sub:checkout");
  }

  private static SigningKeys keys(String jwks) {
    return SigningKeys.parse(jwks.getBytes(StandardCharsets.UTF_8), SETTINGS);
  }

  private Caller caller(String token) {
    return result(tokens.caller(token));
  }

  private void assertNotKnown(String token) {
    assertThat(failure(tokens.caller(token))).as(token).isInstanceOf(NotKnown.class);
  }
}
