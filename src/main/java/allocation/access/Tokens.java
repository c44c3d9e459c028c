package allocation.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.NoSuchKeyIdException;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks JSON Web Tokens, and remembers those that were good until they expire or the keys change:
 * a signature costs more than all the rest of a request. Belongs to one event loop.
 */
final class Tokens {
  /** Tokens that are remembered. */
  static final int MAX_REMEMBERED = 10_000;

  private static final int MAX_SUBJECT_CHARACTERS = 200;
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Vertx vertx;
  private final Keyring ring;
  private final Clock clock;
  private final Map<Digest, Good> remembered = new Remembered();
  private @Nullable SigningKeys keys;
  private @Nullable JWTAuth verifier;
  private long verified;

  /** A token that was found good. */
  private record Good(Caller caller, long untilMs) {}

  /** What a token says of its signature. */
  private record Header(String algorithm, Optional<String> keyId) {}

  private static final class Remembered extends LinkedHashMap<Digest, Good> {
    private static final long serialVersionUID = 1L;

    Remembered() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Digest, Good> eldest) {
      return size() > MAX_REMEMBERED;
    }
  }

  Tokens(Vertx vertx, Keyring ring, Clock clock) {
    this.vertx = vertx;
    this.ring = ring;
    this.clock = clock;
  }

  /** Whom the token is about; fails with {@link NotKnown}. */
  Future<Caller> caller(String token) {
    Optional<SigningKeys> now = ring.signingKeys();
    if (now.isEmpty()) {
      return refused("no tokens are taken");
    }
    use(now.get());
    Digest digest = Digest.of(token);
    Good good = remembered.get(digest);
    if (good != null && clock.millis() < good.untilMs()) {
      return Future.succeededFuture(good.caller());
    }
    return Future.succeededFuture(token)
        .map(this::header)
        .compose(header -> withItsKey(header, now.get()))
        .compose(ready -> verify(token))
        .map(user -> remember(digest, user))
        .recover(
            cause -> cause instanceof NotKnown ? Future.failedFuture(cause) : refused(said(cause)));
  }

  private void use(SigningKeys now) {
    if (keys != now) {
      keys = now;
      verifier = now.verifier(vertx);
      remembered.clear();
    }
  }

  private Header header(String token) {
    String[] parts = token.split("\\.", -1);
    // The library counts parts in its own way, and not one that is empty at the end.
    if (parts.length != 3 || parts[2].isEmpty()) {
      throw new NotKnown(true, "not a signed token");
    }
    try {
      JsonNode json = MAPPER.readTree(Base64.getUrlDecoder().decode(parts[0]));
      if (json.has("crit")) {
        // RFC 7515: what must be understood and is not.
        throw new NotKnown(true, "critical header");
      }
      Header header =
          new Header(json.path("alg").asText(), Optional.ofNullable(json.path("kid").textValue()));
      if (!ring.settings().tokens().orElseThrow().algorithms().contains(header.algorithm())) {
        throw new NotKnown(true, "other algorithm");
      }
      return header;
    } catch (IOException | IllegalArgumentException e) {
      throw new NotKnown(true, "unreadable header");
    }
  }

  /** A key that is not known may be a new one of the issuer. */
  private Future<Void> withItsKey(Header header, SigningKeys now) {
    if (header.keyId().map(now::mayHave).orElse(true)) {
      return Future.succeededFuture();
    }
    // It completes on the loop that renews; what is ours has to happen on ours.
    return Future.fromCompletionStage(ring.renew().toCompletionStage(), vertx.getOrCreateContext())
        .map(renewed -> {
          use(ring.signingKeys().orElseThrow());
          return null;
        });
  }

  private Future<User> verify(String token) {
    JWTAuth by = verifier;
    if (by == null) {
      throw new IllegalStateException("no verifier");
    }
    verified++;
    return by.authenticate(new TokenCredentials(token));
  }

  /** Signatures that were looked at. */
  long verified() {
    return verified;
  }

  private Caller remember(Digest digest, User user) {
    JsonObject claims = user.attributes().getJsonObject("accessToken");
    if (!(claims.getValue("exp") instanceof Number expires)) {
      throw new NotKnown(true, "no expiry");
    }
    if (!(claims.getValue("sub") instanceof String subject)
        || subject.isEmpty()
        || subject.length() > MAX_SUBJECT_CHARACTERS) {
      throw new NotKnown(true, "no subject");
    }
    Caller caller = Caller.ofToken(subject, scopes(claims));
    remembered.put(digest, new Good(caller, 1_000 * expires.longValue()));
    return caller;
  }

  /** Names of other services' scopes are left aside. */
  private static Set<Scope> scopes(JsonObject claims) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String claim : List.of("scope", "scp")) {
      names(claims.getValue(claim)).flatMap(name -> Scope.of(name).stream()).forEach(scopes::add);
    }
    return scopes;
  }

  private static Stream<String> names(@Nullable Object claim) {
    return switch (claim) {
      case String text -> Arrays.stream(text.split(" ", -1));
      case JsonArray list -> list.stream().map(String::valueOf);
      case null, default -> Stream.empty();
    };
  }

  private static <T> Future<T> refused(String reason) {
    return Future.failedFuture(new NotKnown(true, reason));
  }

  /** What the library says of a token; JSON that cannot be read it would quote. */
  private static String said(Throwable cause) {
    if (cause instanceof DecodeException) {
      return "unreadable claims";
    }
    if (cause instanceof NoSuchKeyIdException) {
      // Its message has the id as it came, which could hold a line of log.
      return "no such key";
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
