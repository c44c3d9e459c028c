package allocation.cluster;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.Ports;
import allocation.given.Certificates;
import allocation.given.Stranger;
import allocation.given.TlsListener;
import allocation.jgroups.Group;
import allocation.jgroups.JGroupsClusterManager;
import allocation.tls.Identity;
import allocation.tls.MutualTls;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.impl.CodecManager;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whom a node listens to at its two ports, and whom it tells something. The bus has to know
 * strangers by itself: that the membership keeps them out says nothing of who finds its port.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectionsOverTlsIT {
  private static final String NAME = "connections-over-tls";
  private static final String HOST = "127.0.0.1";
  private static final int SILENCE_SECONDS = 3;

  private static final KeyManager[] NO_CERTIFICATE = {};

  /** Far longer than a handshake, an answer or the wait for a first word may take. */
  private static final int LIMIT_MS = 20_000;

  /** What a bus says to a ping. */
  private static final int PONG = 1;

  private final int port = Ports.free();
  private final int busPort = Ports.free();
  private final List<String> seeds = List.of(HOST + ":" + port);
  private final List<Vertx> members = new ArrayList<>();
  private Certificates known;
  private Certificates unknown;
  private Vertx node;

  @BeforeAll
  void begin(@TempDir Path folder, @TempDir Path elsewhere) {
    known = new Certificates(folder);
    unknown = new Certificates(elsewhere);
    Settings settings =
        new Settings(
            NAME,
            seeds,
            Optional.empty(),
            Optional.of(HOST),
            port,
            busPort,
            SILENCE_SECONDS,
            Optional.of(tls("node")));
    node = result(ClusterNode.join(Vertx.builder(), new VertxOptions(), settings)).vertx();
  }

  @AfterEach
  void leave() {
    members.forEach(member -> result(member.close()));
    members.clear();
  }

  @AfterAll
  void end() {
    result(node.close());
  }

  @ParameterizedTest
  @EnumSource
  void the_membership_talks_to_no_stranger(Stranger stranger) throws Exception {
    assertThat(membershipHears(keys(identity(stranger)))).isFalse();
  }

  @Test
  void the_membership_wants_to_see_a_certificate() throws Exception {
    assertThat(membershipHears(NO_CERTIFICATE)).isFalse();
  }

  @Test
  void the_membership_hears_what_one_of_its_authority_has_to_say() throws Exception {
    assertThat(membershipHears(keys(known.good("member")))).isTrue();
  }

  /** Who is refused is told so; who is not is waited for, and left without a complaint. */
  private boolean membershipHears(KeyManager[] shown) throws Exception {
    try (Socket socket = secured(port, shown)) {
      socket.setSoTimeout(LIMIT_MS);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      return true;
    } catch (SocketTimeoutException unclear) {
      throw new AssertionError("neither refused nor left", unclear);
    } catch (IOException refused) {
      // By an alert, or by a connection that is closed before it arrives.
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_bus_talks_to_no_stranger(Stranger stranger) throws Exception {
    assertThat(busAnswers(secured(busPort, keys(identity(stranger))))).isFalse();
  }

  @Test
  void the_bus_wants_to_see_a_certificate() throws Exception {
    assertThat(busAnswers(secured(busPort, NO_CERTIFICATE))).isFalse();
  }

  @Test
  void the_bus_does_not_listen_to_what_is_not_tls() throws Exception {
    assertThat(busAnswers(new Socket(InetAddress.getLoopbackAddress(), busPort))).isFalse();
  }

  @Test
  void the_bus_hears_what_one_of_its_authority_has_to_say() throws Exception {
    assertThat(busAnswers(secured(busPort, keys(known.good("member"))))).isTrue();
  }

  /** As it does whenever a node that it lets in asks whether it is there. */
  private boolean busAnswers(Socket socket) throws IOException {
    try (socket) {
      socket.setSoTimeout(LIMIT_MS);
      socket.getOutputStream().write(ping());
      return socket.getInputStream().read() == PONG;
    } catch (SocketTimeoutException unclear) {
      throw new AssertionError("neither refused nor answered", unclear);
    } catch (IOException refused) {
      return false;
    }
  }

  /** As Vert.x writes it. */
  private byte[] ping() {
    return new ClusteredMessage<>(
            "somebody",
            "somewhere",
            MultiMap.caseInsensitiveMultiMap(),
            null,
            CodecManager.PING_MESSAGE_CODEC,
            true,
            (EventBusImpl) node.eventBus())
        .encodeToWire()
        .getBytes();
  }

  @ParameterizedTest
  @EnumSource
  void the_bus_tells_nothing_to_a_stranger_at_the_address_of_a_member(Stranger stranger) {
    try (TlsListener listener = new TlsListener(node, identity(stranger))) {
      joinMemberReachedAt(listener.port());

      node.eventBus().send("at-member", "secret");

      until("the bus breaks a handshake off", () -> listener.refusals() > 0);
      assertThat(listener.heard()).isZero();
    }
  }

  @Test
  void the_bus_tells_what_it_has_to_say_to_one_of_its_authority() {
    try (TlsListener listener = new TlsListener(node, known.good("listener"))) {
      joinMemberReachedAt(listener.port());

      node.eventBus().send("at-member", "secret");

      until("the bus speaks", () -> listener.heard() > 0);
      assertThat(listener.refusals()).isZero();
    }
  }

  /** The membership knows it as one of ours, and believes it where its bus is. */
  private void joinMemberReachedAt(int busAt) {
    Group group =
        new Group(
            NAME,
            seeds,
            Optional.empty(),
            HOST,
            port,
            SILENCE_SECONDS,
            Optional.of(tls("member").context()));
    EventBusOptions bus = new EventBusOptions().setHost(HOST).setClusterPublicPort(busAt);
    Vertx member =
        result(
            Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(bus))
                .withClusterManager(new JGroupsClusterManager(group))
                .buildClustered());
    members.add(member);
    // When this is done the node has heard of it.
    result(member.eventBus().consumer("at-member", message -> {}).completion());
  }

  private MutualTls tls(String name) {
    return new MutualTls(known.good(name), known.authorities());
  }

  private Identity identity(Stranger stranger) {
    return stranger.identity(known, unknown);
  }

  /** A connection of one who believes the node; it shakes hands with the first word. */
  private Socket secured(int at, KeyManager[] shown) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        shown,
        known.authorities().options().getTrustManagerFactory(node).getTrustManagers(),
        new SecureRandom());
    return context.getSocketFactory().createSocket(HOST, at);
  }

  private KeyManager[] keys(Identity identity) throws Exception {
    KeyManager[] read =
        new PemKeyCertOptions()
            .addCertPath(identity.certificate().toString())
            .addKeyPath(identity.key().toString())
            .getKeyManagerFactory(node)
            .getKeyManagers();
    return new KeyManager[] {new Insistent((X509KeyManager) read[0])};
  }

  /**
   * Shows its certificate to whoever asks. By itself Java would show none to somebody who says that
   * he believes another authority, and be refused for that.
   */
  private record Insistent(X509KeyManager keys) implements X509KeyManager {
    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return keys.chooseClientAlias(types, null, socket);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return keys.getClientAliases(type, null);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      throw new UnsupportedOperationException("is no server");
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      throw new UnsupportedOperationException("is no server");
    }
  }
}
