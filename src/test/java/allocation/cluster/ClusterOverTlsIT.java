package allocation.cluster;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.Ports;
import allocation.given.Certificates;
import allocation.given.Stranger;
import allocation.tls.Identity;
import allocation.tls.MutualTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes between nodes goes to nodes. */
class ClusterOverTlsIT {
  private static final DeliveryOptions SOON = new DeliveryOptions().setSendTimeout(1_500);

  private static final int SILENCE_SECONDS = 3;

  /** Far longer than a handshake may take. */
  private static final int CUT_OFF_MS = 20_000;

  /** Often enough for a limit that begins again with each byte. */
  private static final long DRIP_MS = 200;

  @TempDir private Path folder;
  @TempDir private Path elsewhere;
  private final List<Vertx> nodes = new ArrayList<>();
  private final int port = Ports.free();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private Certificates known;
  private Vertx first;

  @BeforeEach
  void begin() {
    known = new Certificates(folder);
    first = join(known.good("first"), known);
    first
        .eventBus()
        .<String>consumer(
            "at-first",
            message -> {
              heard.add(message.body());
              message.reply("yes");
            });
  }

  @AfterEach
  void end() {
    nodes.forEach(node -> result(node.close()));
  }

  @Test
  void nodes_of_one_authority_hear_each_other() {
    Vertx second = join(known.good("second"), known);

    assertThat(seenBy(first)).hasSize(2).isEqualTo(seenBy(second));
    assertThat(result(second.eventBus().<String>request("at-first", "hello")).body())
        .isEqualTo("yes");
    assertThat(heard).containsExactly("hello");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXPIRED")
  void a_stranger_is_not_heard_and_hears_nothing(Stranger stranger) {
    hearsNothing(stranger.identity(known, new Certificates(elsewhere)));
  }

  private void hearsNothing(Identity shown) {
    // It believes everybody; nobody has to believe it.
    Vertx stranger = join(shown, known);
    assertThat(seenBy(stranger)).hasSize(1);
    assertThat(seenBy(first)).hasSize(1);
    List<String> told = new CopyOnWriteArrayList<>();
    result(
        stranger
            .eventBus()
            .<String>consumer("at-stranger", message -> told.add(message.body()))
            .completion());

    assertThat(failure(stranger.eventBus().request("at-first", "hello", SOON)))
        .isInstanceOf(ReplyException.class);
    assertThat(failure(first.eventBus().request("at-stranger", "secret", SOON)))
        .isInstanceOf(ReplyException.class);
    assertThat(heard).isEmpty();
    assertThat(told).isEmpty();
  }

  /**
   * As a node that is frozen does, or a host that is cut off. The third knows of the second alone,
   * and has to find the first all the same.
   */
  @Test
  void who_takes_a_connection_and_says_nothing_holds_up_nobody() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String nobody = "127.0.0.1:" + silent.getLocalPort();
      int portOfSecond = Ports.free();
      Vertx second = join("second", portOfSecond, List.of("127.0.0.1:" + port, nobody));
      Vertx third = join("third", Ports.free(), List.of("127.0.0.1:" + portOfSecond, nobody));

      Awaitility.await("for longer than a silence that makes dead")
          .during(Duration.ofSeconds(SILENCE_SECONDS + 3))
          .atMost(Duration.ofSeconds(4 * SILENCE_SECONDS))
          .until(() -> Stream.of(first, second, third).allMatch(node -> seenBy(node).size() == 3));
      try (Socket asked = silent.accept()) {
        assertThat(asked.isConnected()).isTrue();
      }
    }
  }

  /** The head of a record of TLS, and then a byte of it now and then. */
  @Test
  void who_drips_his_first_words_holds_up_nobody_and_is_cut_off() throws IOException {
    try (Socket dripping = new Socket(InetAddress.getLoopbackAddress(), port)) {
      dripping.getOutputStream().write(new byte[] {22, 3, 1, 16, 0});
      long timer =
          first.setPeriodic(
              DRIP_MS,
              drip -> {
                try {
                  dripping.getOutputStream().write(1);
                } catch (IOException cutOff) {
                  first.cancelTimer(drip);
                }
              });

      Vertx second = join(known.good("second"), known);

      assertThat(seenBy(first)).hasSize(2).isEqualTo(seenBy(second));
      dripping.setSoTimeout(CUT_OFF_MS);
      assertThat(isCutOff(dripping)).isTrue();
      first.cancelTimer(timer);
    }
  }

  private static boolean isCutOff(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() == -1;
    } catch (SocketTimeoutException waited) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void a_node_whose_certificate_has_expired_does_not_start() {
    assertThat(failure(node(known.expired("old"), known))).hasMessageContaining("expired at");
  }

  private static List<String> seenBy(Vertx node) {
    return ((VertxInternal) node).clusterManager().getNodes();
  }

  private Vertx join(Identity identity, Certificates trusted) {
    return joined(node(identity, trusted));
  }

  private Vertx join(String name, int at, List<String> seeds) {
    return joined(node(known.good(name), known, at, seeds));
  }

  private Vertx joined(Future<ClusterNode> node) {
    Vertx vertx = result(node).vertx();
    nodes.add(vertx);
    return vertx;
  }

  private Future<ClusterNode> node(Identity identity, Certificates trusted) {
    return node(identity, trusted, port, List.of("127.0.0.1:" + port));
  }

  private static Future<ClusterNode> node(
      Identity identity, Certificates trusted, int at, List<String> seeds) {
    Settings settings =
        new Settings(
            "over-tls",
            seeds,
            Optional.empty(),
            Optional.of("127.0.0.1"),
            at,
            0,
            SILENCE_SECONDS,
            Optional.of(new MutualTls(identity, trusted.authorities())));
    return ClusterNode.join(Vertx.builder(), new VertxOptions(), settings);
  }
}
