package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import allocation.Config;
import allocation.Main;
import allocation.Service;
import allocation.access.NewKey;
import allocation.client.AllocationClient;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.embedded.Ports;
import allocation.embedded.Servers;
import allocation.given.Issuer;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A canary for every secret of the whole service, and nobody hears one sing. */
class SecretsIT {
  private static final String CANARY = "canary-0a7d1f";
  private static final String ROLE = "secrets_it";

  private final NewKey key =
      NewKey.make("shop", "read,allocate,manage-stock,operate", new SecureRandom());
  private final Issuer issuer = new Issuer("k1");
  private final int mail = Ports.free();
  private final String token = issuer.token("read allocate manage-stock operate");
  @TempDir private Path folder;

  @Test
  void no_secret_is_in_a_log_an_answer_a_metric_or_a_setting_that_is_printed() throws Exception {
    int bridge = Ports.free();
    try (EverythingSaid log = new EverythingSaid();
        Installation installation = new Installation("secrets")) {
      Map<String, String> settings = secrets(installation, bridge);

      Client client = installation.start(settings);
      StringBuilder said = new StringBuilder(talk(client, installation));
      overTheBridge(bridge);
      installation.eventually(
          "the mail server is away",
          () -> assertThat(log.text()).contains("follower=buyer-notices"));
      try (PostBox buyer = new PostBox(mail).knows("shop", CANARY + "-mail")) {
        installation.eventually(
            "the mail server lets it in", () -> assertThat(buyer.lines()).isNotEmpty());
      }
      Map<String, String> all = new HashMap<>(installation.settings());
      all.putAll(settings);
      said.append(Config.from(all));
      installation.stop();
      said.append(startsThatFail(all));
      said.append(log.text());

      assertThat(said).contains("allocation.audit", "allocation_http_requests");
      assertThat(
              List.of(CANARY, key.key(), key.line().split(" ", -1)[1], token.split("\\.", -1)[2]))
          .noneMatch(secret -> said.indexOf(secret) >= 0);
    }
  }

  private Map<String, String> secrets(Installation installation, int bridge) throws Exception {
    PgConnectOptions server = PgConnectOptions.fromUri(installation.settings().get("POSTGRES_URI"));
    try (Connection sql = Servers.postgres().connect("postgres");
        Statement statement = sql.createStatement()) {
      statement.execute(
          "CREATE ROLE %s SUPERUSER LOGIN PASSWORD '%s-postgres'".formatted(ROLE, CANARY));
    }
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "POSTGRES_URI",
        "postgresql://%s@%s:%d/%s"
            .formatted(ROLE, server.getHost(), server.getPort(), server.getDatabase()));
    settings.put("POSTGRES_PASSWORD", CANARY + "-postgres");
    settings.put(
        "PULSAR_TOKEN_FILE",
        Files.writeString(folder.resolve("token"), CANARY + "-pulsar\n").toString());
    settings.put("MAIL_HOST", "127.0.0.1");
    settings.put("MAIL_PORT", String.valueOf(mail));
    settings.put("MAIL_USER", "shop");
    settings.put("MAIL_PASSWORD", CANARY + "-mail");
    settings.put("BRIDGE_PORT", String.valueOf(bridge));
    settings.put("BRIDGE_COMMANDS_KEY", CANARY + "-bridge");
    settings.put("ACCESS_KEYS", key.line());
    settings.put(
        "ACCESS_JWKS", Files.writeString(folder.resolve("jwks"), issuer.jwks()).toString());
    settings.put("ACCESS_JWT_ISSUER", Issuer.NAME);
    settings.put("ACCESS_JWT_AUDIENCE", Issuer.AUDIENCE);
    settings.put("ACCESS_JWT_ALGORITHMS", "RS256");
    return settings;
  }

  /** What it answers, to the known and to strangers; a line that is out of stock makes a mail. */
  private String talk(Client client, Installation installation) {
    StringBuilder said = new StringBuilder();
    String batch = "{\"ref\":\"b1\",\"sku\":\"LAMP\",\"quantity\":1}";
    String line = "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":2}";
    for (String credential : List.of(token, key.key(), key.key() + "x", token + "x", CANARY)) {
      Map<String, String> headers = Map.of("Authorization", "Bearer " + credential);
      said.append(client.raw("POST", "/v1/batches", batch, headers));
      said.append(client.raw("POST", "/v1/allocations", line, headers));
      for (String path : List.of("/v1/products", "/health/ready", "/metrics", "/no/such/place")) {
        said.append(client.raw("GET", path, "", headers));
      }
    }
    assertThat(installation.rows("SELECT count(*) FROM batch").getFirst()).containsExactly("1");
    return said.toString();
  }

  private static void overTheBridge(int port) {
    Vertx vertx = Vertx.vertx();
    try {
      Command line = new Command.Allocate(new OrderId("o2"), new Sku("LAMP"), 1);
      AllocationClient client =
          AllocationClient.overTcp(vertx, "127.0.0.1", port, CANARY + "-bridge");
      Main.result(client.send(line));
      Main.result(client.close());
      AllocationClient stranger =
          AllocationClient.overTcp(vertx, "127.0.0.1", port, CANARY + "-bridge-wrong");
      assertThat(catchThrowable(() -> Main.result(stranger.send(line)))).isNotNull();
    } finally {
      Main.result(vertx.close());
    }
  }

  /** What is told of starts without servers, and with settings that cannot be used. */
  private static String startsThatFail(Map<String, String> good) {
    Map<String, String> away = new HashMap<>(good);
    away.put("POSTGRES_URI", "postgresql://me:%s@127.0.0.1:1/x".formatted(CANARY));
    away.remove("POSTGRES_PASSWORD");
    away.put("HTTP_HOST", "127.0.0.1");
    Map<String, String> faulty = new HashMap<>(good);
    faulty.put("POSTGRES_URI", "mysql://me:%s@db/x".formatted(CANARY));
    faulty.put("ACCESS_KEYS", "shop %s read".formatted(CANARY));
    faulty.put("BRIDGE_COMMANDS_KEY", CANARY.substring(0, 13));
    faulty.put("MAIL_USER", "");
    StringBuilder said = new StringBuilder();
    for (Map<String, String> settings : List.of(away, faulty)) {
      Throwable cause = catchThrowable(() -> Main.result(Service.start(settings)));
      StringWriter trace = new StringWriter();
      cause.printStackTrace(new PrintWriter(trace, true));
      said.append(Main.message(cause)).append(trace);
    }
    return said.toString();
  }
}
