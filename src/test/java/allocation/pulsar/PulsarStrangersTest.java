package allocation.pulsar;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.Certificates;
import allocation.given.Stranger;
import allocation.given.TlsListener;
import allocation.tls.Identity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The token is for our cluster: nobody else gets to see it. */
class PulsarStrangersTest {
  @TempDir private Path folder;
  @TempDir private Path elsewhere;
  private final Vertx vertx = Vertx.vertx();
  private Certificates known;

  @BeforeEach
  void begin() {
    known = new Certificates(folder);
  }

  @AfterEach
  void end() {
    result(vertx.close());
  }

  @ParameterizedTest
  @EnumSource
  void a_stranger_is_told_nothing(Stranger stranger) {
    tellsNothingTo(stranger.identity(known, new Certificates(elsewhere)));
  }

  @Test
  void nor_is_who_has_a_certificate_for_another_host() {
    tellsNothingTo(known.ofAnotherHost("elsewhere"));
  }

  private void tellsNothingTo(Identity shown) {
    try (TlsListener broker = new TlsListener(vertx, shown);
        TlsListener admin = new TlsListener(vertx, shown)) {
      Settings settings =
          new Settings(
              "pulsar+ssl://127.0.0.1:" + broker.port(),
              "https://127.0.0.1:" + admin.port(),
              Settings.DEFAULT_NAMESPACE,
              Optional.of("a-token"),
              Optional.of(known.authorities()),
              3_000,
              1,
              1_024);
      VertxPulsar pulsar = VertxPulsar.create(vertx, settings);

      failure(pulsar.reached());
      failure(new TopicAdmin(vertx, settings).ensureUnpartitioned("a-topic"));

      until("the client breaks a handshake off", () -> broker.refusals() > 0);
      until("so does the admin's", () -> admin.refusals() > 0);
      assertThat(broker.heard()).isZero();
      assertThat(admin.heard()).isZero();
      Future<Void> closed = pulsar.close();
      until("it is closed, or given up", closed::isComplete);
    }
  }
}
