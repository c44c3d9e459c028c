package allocation.journey;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.Config;
import allocation.Main;
import allocation.Service;
import allocation.client.AllocationClient;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.embedded.Ports;
import allocation.embedded.PostgresServer;
import allocation.embedded.PulsarServer;
import allocation.given.Certificates;
import allocation.given.Issuer;
import allocation.given.TlsListener;
import allocation.given.Waiting;
import allocation.pulsar.EventTail;
import allocation.tls.Identity;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The whole service with TLS wherever it talks, to servers that want it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverTlsIT {
  private static final String KEY = "a-key-for-this-test-alone";

  private final Vertx vertx = Vertx.vertx();
  private final Issuer issuer = new Issuer("pulsar");
  private final Map<String, String> settings = new HashMap<>();
  private final int http = Ports.free();
  private final int bridge = Ports.free();
  private Certificates certificates;
  private Identity shown;
  private PostgresServer postgres;
  private PulsarServer pulsar;
  private Service service;

  @BeforeAll
  void start(@TempDir Path folder, @TempDir Path data) throws IOException {
    certificates = new Certificates(folder);
    shown = certificates.good("http");
    startPostgres(data);
    startPulsar(data, folder);
    overTls("HTTP", shown);
    settings.put("HTTP_HOST", "127.0.0.1");
    settings.put("HTTP_PORT", String.valueOf(http));
    overTls("BRIDGE", certificates.good("bridge"));
    settings.put("BRIDGE_PORT", String.valueOf(bridge));
    settings.put("BRIDGE_COMMANDS_KEY", KEY);
    settings.put("BRIDGE_TLS_CLIENT_AUTHORITIES", authorities());
    overTls("CLUSTER", certificates.good("node"));
    settings.put("CLUSTER_TLS_AUTHORITIES", authorities());
    settings.put("CLUSTER_MEMBERS", "127.0.0.1");
    settings.put("CLUSTER_HOST", "127.0.0.1");
    settings.put("CLUSTER_NAME", "over-tls");
    settings.put("CLUSTER_PORT", String.valueOf(Ports.free()));
    settings.put("SHARDS", "4");
    service = Main.result(Service.start(settings));
  }

  private void startPostgres(Path data) {
    Identity identity = certificates.good("postgres");
    postgres =
        new PostgresServer(data, Ports.free())
            .with("ssl", "on")
            .with("ssl_cert_file", identity.certificate().toString())
            .with("ssl_key_file", identity.key().toString());
    postgres.start();
    settings.put("POSTGRES_URI", postgres.database().uri("allocation") + "?sslmode=verify-full");
    settings.put("POSTGRES_TLS_AUTHORITIES", authorities());
  }

  private void startPulsar(Path data, Path folder) throws IOException {
    Identity identity = certificates.good("pulsar");
    Path key = Files.write(folder.resolve("pulsar-token.key"), issuer.publicKey());
    int port = Ports.free();
    int webPort = Ports.free();
    pulsar =
        new PulsarServer(data, Ports.free(), Ports.free())
            .with("brokerServicePortTls", String.valueOf(port))
            .with("webServicePortTls", String.valueOf(webPort))
            .with("tlsCertificateFilePath", identity.certificate().toString())
            .with("tlsKeyFilePath", identity.key().toString())
            .with("tlsTrustCertsFilePath", authorities())
            .with("authenticationEnabled", "true")
            .with(
                "authenticationProviders",
                "org.apache.pulsar.broker.authentication.AuthenticationProviderToken")
            .with("tokenPublicKey", key.toUri().toString())
            .with("authorizationEnabled", "true")
            .with("superUserRoles", Issuer.SUBJECT)
            .with(
                "brokerClientAuthenticationPlugin",
                "org.apache.pulsar.client.impl.auth.AuthenticationToken")
            .with("brokerClientAuthenticationParameters", "token:" + issuer.token("any"));
    pulsar.start();
    settings.put("PULSAR_SERVICE_URL", "pulsar+ssl://127.0.0.1:" + port);
    settings.put("PULSAR_ADMIN_URL", "https://127.0.0.1:" + webPort);
    settings.put("PULSAR_TLS_AUTHORITIES", authorities());
    settings.put("PULSAR_TOKEN", issuer.token("any"));
  }

  private void overTls(String section, Identity identity) {
    settings.put(section + "_TLS_CERTIFICATE", identity.certificate().toString());
    settings.put(section + "_TLS_KEY", identity.key().toString());
  }

  private String authorities() {
    return certificates.authorities().file().toString();
  }

  @AfterAll
  void stop() {
    Main.result(service.stop());
    Waiting.result(vertx.close());
    pulsar.stop();
    postgres.stop();
  }

  @Test
  void a_line_is_allocated_and_the_world_hears_of_it() throws Exception {
    HttpResponse<String> batch =
        post("/v1/batches", "{\"ref\":\"b1\",\"sku\":\"LAMP\",\"quantity\":100}");
    HttpResponse<String> line =
        post("/v1/allocations", "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":2}");
    Command command = new Command.Allocate(new OrderId("o2"), new Sku("LAMP"), 3);
    AllocationClient client = overTheBridge();

    assertThat(batch.statusCode()).isEqualTo(201);
    assertThat(line.statusCode()).isEqualTo(201);
    assertThat(Main.result(client.send(command)).outcome()).isInstanceOf(Outcome.Accepted.class);
    Main.result(client.close());
    List<String> events = new ArrayList<>();
    EventTail.follow(Config.from(settings).pulsar(), true, OptionalLong.of(3), events::add);
    assertThat(events).anyMatch(event -> event.contains("\"o1\"")).hasSize(3);
  }

  @Test
  void a_token_of_somebody_else_opens_nothing() {
    Map<String, String> other = new HashMap<>(settings);
    other.put("PULSAR_TOKEN", new Issuer("pulsar").token("any"));

    assertThatThrownBy(() ->
            EventTail.follow(Config.from(other).pulsar(), true, OptionalLong.of(1), event -> {}))
        .hasMessageContaining("cannot be read");
  }

  @Test
  void what_is_not_tls_is_not_answered() {
    HttpRequest plain =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/health/live".formatted(http)))
            .timeout(Duration.ofSeconds(5))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> client.send(plain, BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_renewed_certificate_is_shown_while_requests_go_on() throws Exception {
    Certificate before = shownBy(request("/health/live"));
    assertThat(before).isEqualTo(shownBy(request("/health/live")));

    Certificates.replace(shown, certificates.good("renewed"));

    Awaitility.await("the new one is shown")
        .atMost(Duration.ofSeconds(30))
        .until(() -> !shownBy(request("/health/live")).equals(before));
    assertThat(Main.run(new String[] {"health"}, settings)).isZero();
  }

  /** Guard: an orchestrator would kill a node that serves, for a file that it does not use. */
  @Test
  void a_certificate_that_does_not_fit_its_key_is_no_reason_to_call_the_node_dead()
      throws Exception {
    byte[] before = Files.readAllBytes(shown.certificate());
    Files.copy(certificates.good("misplaced").certificate(), shown.certificate(), REPLACE_EXISTING);
    try {
      assertThat(Main.run(new String[] {"health"}, settings)).isZero();
    } finally {
      Files.write(shown.certificate(), before);
    }
  }

  private static Certificate shownBy(HttpResponse<String> response) throws Exception {
    assertThat(response.statusCode()).isEqualTo(200);
    return response.sslSession().orElseThrow().getPeerCertificates()[0];
  }

  private HttpResponse<String> request(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** On a connection of its own. */
  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        certificates.authorities().options().getTrustManagerFactory(vertx).getTrustManagers(),
        new SecureRandom());
    try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private URI uri(String path) {
    return URI.create("https://127.0.0.1:%d%s".formatted(http, path));
  }

  private AllocationClient overTheBridge() {
    ClientSSLOptions tls =
        new ClientSSLOptions()
            .setTrustOptions(certificates.authorities().options())
            .setKeyCertOptions(TlsListener.credential(certificates.good("shop")));
    return AllocationClient.overTls(vertx, "127.0.0.1", bridge, Optional.of(KEY), tls);
  }
}
