package allocation.bridge;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.client.AllocationClient;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.Certificates;
import allocation.given.Stranger;
import allocation.given.TlsListener;
import allocation.tls.Identity;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client and bridge know each other by their certificates, and refuse everybody else. */
class BridgeOverTlsTest {
  private static final Command TAKE =
      new Command.Allocate(new OrderId("order-1"), new Sku("CHAIR"), 8);

  /** Of a client that will not be answered. */
  private static final Duration PATIENCE = Duration.ofMillis(700);

  @TempDir private Path folder;
  @TempDir private Path elsewhere;
  private final Vertx vertx = Vertx.vertx();
  private Certificates known;
  private Certificates unknown;

  @BeforeEach
  void begin() {
    known = new Certificates(folder);
    unknown = new Certificates(elsewhere);
  }

  @AfterEach
  void end() {
    result(vertx.close());
  }

  @Test
  void commands_go_over_tls() {
    try (Bridges bridge = Bridges.withTls(known.good("bridge"), Optional.empty())) {
      assertThat(result(client(bridge.port(), Optional.empty()).send(TAKE)).outcome())
          .isInstanceOf(Outcome.Accepted.class);
    }
  }

  @Test
  void so_they_do_where_the_client_has_to_show_a_certificate() {
    try (Bridges bridge = bridgeThatAsks()) {
      AllocationClient client = client(bridge.port(), Optional.of(known.good("client")));

      assertThat(result(client.send(TAKE)).outcome()).isInstanceOf(Outcome.Accepted.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_client_with_a_certificate_of_a_stranger_is_refused(Stranger stranger) {
    try (Bridges bridge = bridgeThatAsks()) {
      Identity shown = stranger.identity(known, unknown);

      failure(client(bridge.port(), Optional.of(shown)).within(PATIENCE).send(TAKE));

      assertThat(bridge.service.commands).isEmpty();
    }
  }

  @Test
  void a_client_without_a_certificate_is_refused_where_one_is_asked_for() {
    try (Bridges bridge = bridgeThatAsks()) {
      failure(client(bridge.port(), Optional.empty()).within(PATIENCE).send(TAKE));

      assertThat(bridge.service.commands).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_client_tells_nothing_to_a_stranger(Stranger stranger) {
    tellsNothingTo(stranger.identity(known, unknown));
  }

  @Test
  void nor_to_one_whose_certificate_is_for_another_host() {
    tellsNothingTo(known.ofAnotherHost("elsewhere"));
  }

  private void tellsNothingTo(Identity shown) {
    try (TlsListener bridge = new TlsListener(vertx, shown)) {
      failure(client(bridge.port(), Optional.empty()).within(PATIENCE).send(TAKE));

      until("the client breaks a handshake off", () -> bridge.refusals() > 0);
      assertThat(bridge.heard()).isZero();
    }
  }

  @Test
  void what_is_not_tls_is_refused() {
    try (Bridges bridge = Bridges.withTls(known.good("bridge"), Optional.empty())) {
      AllocationClient plain =
          AllocationClient.overTcp(vertx, "127.0.0.1", bridge.port(), Bridges.KEY);

      failure(plain.within(PATIENCE).send(TAKE));

      assertThat(bridge.service.commands).isEmpty();
    }
  }

  private Bridges bridgeThatAsks() {
    return Bridges.withTls(known.good("bridge"), Optional.of(known.authorities()));
  }

  private AllocationClient client(int port, Optional<Identity> own) {
    ClientSSLOptions tls = new ClientSSLOptions().setTrustOptions(known.authorities().options());
    own.ifPresent(identity -> tls.setKeyCertOptions(TlsListener.credential(identity)));
    return AllocationClient.overTls(vertx, "127.0.0.1", port, Optional.of(Bridges.KEY), tls);
  }
}
