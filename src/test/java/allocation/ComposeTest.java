package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.PulsarSettings;
import allocation.json.ProblemType;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docker-compose.yml and its proxy agree with the code and with each other. */
class ComposeTest {
  /** Advisory locks, and migrations while a node starts. */
  private static final int OTHER_CONNECTIONS = 4;

  private final JsonNode services =
      Deployments.documents(Path.of("docker-compose.yml")).getFirst().path("services");
  private final JsonNode node = services.path("allocation");
  private final Config config = Deployments.config(Deployments.texts(node.path("environment")));
  private final String proxy = Files.readString(Path.of("deploy/haproxy/haproxy.cfg"));

  ComposeTest() throws IOException {}

  @Test
  void nodes_find_each_other_by_the_name_of_the_service_and_publish_no_port() {
    assertThat(config.cluster().orElseThrow().dns()).hasValue("allocation");
    assertThat(node.has("ports")).as("a port that only one node could have").isFalse();
    assertThat(node.has("container_name")).as("a name that only one node could have").isFalse();
  }

  @Test
  void nobody_is_asked_who_it_is_and_only_this_machine_can_come_in() {
    assertThat(config.refusal()).isEmpty();
    assertThat(config.access().isOff()).isTrue();
    services.forEach(service ->
        service.path("ports").forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:")));
  }

  @Test
  void the_proxy_has_the_published_port_and_finds_the_nodes() {
    String bound = found("bind :(\\d+)");

    assertThat(services.path("proxy").path("ports").get(0).asText()).endsWith(":8080:" + bound);
    assertThat(found("server-template node \\d+ (\\S+)"))
        .isEqualTo("allocation:" + config.http().port());
    Deployments.assertRoute(found("option httpchk GET (\\S+)"));
  }

  @Test
  void every_node_that_the_proxy_may_find_gets_its_connections() {
    int nodes = Integer.parseInt(found("server-template node (\\d+)"));
    int most = Integer.parseInt(found("max_connections=(\\d+)", services.toString()));

    int each = config.postgres().poolSize() + config.views().poolSize() + OTHER_CONNECTIONS;

    assertThat(nodes * each).isLessThan(most);
  }

  @Test
  void a_node_leaves_no_sooner_than_the_proxy_has_seen_it() {
    long checkMs = milliseconds("check inter (\\w+)");
    long again = milliseconds("fastinter (\\w+)") * (Long.parseLong(found("fall (\\d+)")) - 1);

    assertThat(config.leaveDelayMs()).isGreaterThanOrEqualTo(2 * (checkMs + again));
    Deployments.assertLongEnough(ms(node.path("stop_grace_period").asText()), config);
  }

  @Test
  void the_proxy_waits_longer_than_a_node_takes_to_answer() {
    long answerMs = milliseconds("timeout server (\\w+)");

    assertThat(answerMs).isGreaterThan(config.http().replyTimeoutMs());
    assertThat(ms(services.path("proxy").path("stop_grace_period").asText()))
        .isGreaterThan(answerMs);
  }

  @Test
  void the_proxy_tells_problems_of_the_contract() {
    List<String> known = Arrays.stream(ProblemType.values()).map(ProblemType::uri).toList();

    List<String> told =
        Pattern.compile("\"type\":\"([^\"]+)\"")
            .matcher(proxy)
            .results()
            .map(result -> result.group(1))
            .toList();

    assertThat(told).hasSize(3);
    assertThat(known).containsAll(told);
  }

  @Test
  void pulsar_is_told_what_the_tests_run_with() {
    JsonNode pulsar = services.path("pulsar");
    Map<String, String> told = new HashMap<>();
    Deployments.texts(pulsar.path("environment"))
        .forEach((name, value) -> told.put(name.replaceFirst("^PULSAR_PREFIX_", ""), value));

    assertThat(pulsar.path("image").asText()).endsWith(":" + PulsarSettings.VERSION);
    assertThat(told)
        .containsAllEntriesOf(PulsarSettings.BROKER)
        .containsAllEntriesOf(PulsarSettings.ONE_BOOKIE);
  }

  private long milliseconds(String pattern) {
    return ms(found(pattern));
  }

  /** A number with its unit, ms or s. */
  private static long ms(String duration) {
    long number = Long.parseLong(duration.replaceAll("\\D", ""));
    return duration.endsWith("ms") ? number : 1_000 * number;
  }

  private String found(String pattern) {
    return found(pattern, proxy);
  }

  private static String found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().findFirst().orElseThrow().group(1);
  }
}
