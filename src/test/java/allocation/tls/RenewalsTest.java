package allocation.tls;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.given.Certificates;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalsTest {
  private static final Duration LOOK = Duration.ofMillis(20);

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final List<PemKeyCertOptions> given = new CopyOnWriteArrayList<>();
  private Certificates certificates;
  private Identity shown;
  private Renewals renewals;

  @BeforeEach
  void begin() {
    certificates = new Certificates(folder);
    shown = certificates.good("shown");
    renewals = new Renewals(vertx, shown, "test", metrics, LOOK);
  }

  @AfterEach
  void end() {
    result(vertx.close());
  }

  private void follow() {
    renewals.follow(renewed -> {
      given.add(renewed);
      return Future.succeededFuture();
    });
  }

  @Test
  void a_certificate_that_is_replaced_is_given_to_the_server_once() {
    PemKeyCertOptions first = result(renewals.first());
    follow();

    Certificates.replace(shown, certificates.good("next"));

    until("it is given", () -> !given.isEmpty());
    Certificates.replace(shown, certificates.good("last"));
    until("the next is given", () -> given.size() > 1);
    assertThat(given).hasSize(2).doesNotContain(first).doesNotHaveDuplicates();
  }

  @Test
  void what_cannot_be_used_takes_nothing_from_the_server() throws IOException {
    result(renewals.first());
    follow();
    Identity other = certificates.good("other");

    Files.writeString(shown.key(), Files.readString(other.key()));
    Files.writeString(shown.certificate(), "-----BEGIN");
    Certificates.replace(shown, certificates.expired("old"));
    Certificates.replace(shown, other);

    until("the one that can be used is given", () -> !given.isEmpty());
    assertThat(given).hasSize(1);
    assertThat(given.getFirst().getCertValue().toString())
        .isEqualTo(Files.readString(other.certificate()));
  }

  @Test
  void a_metric_says_when_it_expires() {
    result(renewals.first());

    assertThat(metrics.get("allocation.tls.certificate.expires").tag("server", "test").gauge())
        .satisfies(gauge ->
            assertThat(Instant.ofEpochSecond((long) gauge.value()))
                .isBetween(
                    Instant.now().plus(Duration.ofHours(20)),
                    Instant.now().plus(Duration.ofDays(2))));
  }

  @Test
  void a_server_does_not_start_with_what_nobody_would_take() throws IOException {
    assertThat(failureOf(certificates.expired("old"))).contains("expired at");
    assertThat(failureOf(new Identity(shown.certificate(), certificates.good("other").key())))
        .contains("the key is not the certificate's");
    assertThat(failureOf(new Identity(shown.certificate(), folder.resolve("nowhere"))))
        .contains("nowhere cannot be read");
    Path nonsense = Files.writeString(folder.resolve("nonsense"), "nonsense");
    assertThat(failureOf(new Identity(nonsense, shown.key()))).contains("is no PEM");
    assertThat(failureOf(new Identity(shown.certificate(), nonsense)))
        .contains("is no PEM")
        .contains("unencrypted key");
  }

  private String failureOf(Identity identity) {
    Throwable cause = failure(new Renewals(vertx, identity, "test", metrics, LOOK).first());
    assertThat(cause).isInstanceOf(Unusable.class);
    assertThatThrownBy(identity::read).isInstanceOf(Unusable.class);
    return cause.getMessage();
  }

  @Test
  void authorities_are_certificates() throws IOException {
    Path nonsense = Files.writeString(folder.resolve("nonsense"), "nonsense");
    Path empty = Files.writeString(folder.resolve("empty"), "");

    assertThat(Authorities.of(certificates.authorities().file()))
        .isEqualTo(certificates.authorities());
    assertThatThrownBy(() -> Authorities.of(nonsense)).hasMessageContaining("is no PEM");
    assertThatThrownBy(() -> Authorities.of(empty)).hasMessageContaining("has no certificate");
    assertThatThrownBy(() -> Authorities.of(folder.resolve("nowhere")))
        .hasMessageContaining("cannot be read");
  }
}
