package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The manifests for Kubernetes agree with the code and with each other. */
class DeploymentTest {
  private static final Path FOLDER = Path.of("deploy/kubernetes");

  private final JsonNode deployment = only("deployment/deployment.yaml", "Deployment");
  private final JsonNode pod = deployment.at("/spec/template");
  private final JsonNode container = pod.at("/spec/containers/0");
  private final List<JsonNode> services =
      Deployments.documents(FOLDER.resolve("equal/services.yaml"));
  private final JsonNode http = services.get(0);
  private final JsonNode headless = services.get(1);
  private final Map<String, String> environment = environment();
  private final Config config = Deployments.config(environment);

  @Test
  void a_node_understands_every_variable_that_it_is_given() {
    assertThat(config.cluster()).isPresent();
    // Or Kubernetes itself would set some, after the services that there are.
    assertThat(pod.at("/spec/enableServiceLinks").isBoolean()).isTrue();
    assertThat(pod.at("/spec/enableServiceLinks").asBoolean()).isFalse();
  }

  @Test
  void callers_are_asked_for_the_keys_of_a_secret_that_is_mounted() {
    assertThat(config.refusal()).isEmpty();
    Path keys = config.access().keysFile().orElseThrow();
    JsonNode mount = container.at("/volumeMounts/1");
    assertThat(keys).isEqualTo(Path.of(mount.path("mountPath").asText(), "keys"));
    assertThat(mount.path("readOnly").asBoolean()).isTrue();
    assertThat(mount.has("subPath")).as("a mount that would not change").isFalse();
    JsonNode volume = pod.at("/spec/volumes/1");
    assertThat(volume.path("name")).isEqualTo(mount.path("name"));
    assertThat(volume.at("/secret/secretName").asText()).isEqualTo("allocation-access");
    assertThat(volume.at("/secret/optional").asBoolean()).isFalse();
  }

  @Test
  void the_http_tier_runs_http_and_nothing_else() {
    JsonNode patch = only("tiers/http/only-http.yaml", "Deployment");
    Map<String, String> tier = new HashMap<>(environment);
    tier.putAll(variables(patch.at("/spec/template/spec/containers/0/env")));

    Config.Instances instances = Deployments.config(tier).instances();

    assertThat(instances.http()).isPositive();
    assertThat(instances).isEqualTo(new Config.Instances(instances.http(), 0, 0, 0, 0, 0));
    assertThat(config.instances().handlers()).as("of the tier behind it").isPositive();
    assertThat(config.instances().http()).as("for probes of the tier behind it").isPositive();
  }

  @Test
  void ports_are_those_of_the_settings() {
    allocation.cluster.Settings cluster = config.cluster().orElseThrow();
    Map<String, Integer> ports =
        Map.of("http", config.http().port(), "cluster", cluster.port(), "bus", cluster.busPort());

    assertThat(numbers(container.path("ports"), "containerPort")).isEqualTo(ports);
    assertThat(numbers(headless.at("/spec/ports"), "port"))
        .isEqualTo(Map.of("cluster", cluster.port(), "bus", cluster.busPort()));
    assertThat(texts(http.at("/spec/ports"), "targetPort")).containsExactly("http");
    assertThat(texts(headless.at("/spec/ports"), "targetPort")).containsExactly("cluster", "bus");
  }

  @Test
  void nodes_find_each_other_before_they_are_ready() {
    assertThat(config.cluster().orElseThrow().dns())
        .hasValue(headless.at("/metadata/name").asText());
    assertThat(headless.at("/spec/clusterIP").asText()).isEqualTo("None");
    assertThat(headless.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
  }

  @Test
  void only_nodes_reach_the_ports_between_nodes() {
    JsonNode rules = only("equal/network.yaml", "NetworkPolicy").at("/spec/ingress");

    for (JsonNode rule : rules) {
      if (rule.has("from")) {
        assertSelects(rule.at("/from/0/podSelector/matchLabels"));
        assertThat(rule.path("from")).hasSize(1);
      } else {
        assertThat(texts(rule.path("ports"), "port")).containsExactly("http");
      }
    }
    assertThat(rules.findValuesAsText("port")).containsExactly("http", "cluster", "bus");
  }

  @Test
  void whatever_selects_pods_selects_these() {
    assertSelects(deployment.at("/spec/selector/matchLabels"));
    assertSelects(http.at("/spec/selector"));
    assertSelects(headless.at("/spec/selector"));
    assertSelects(
        only("equal/disruption.yaml", "PodDisruptionBudget").at("/spec/selector/matchLabels"));
    assertSelects(only("equal/network.yaml", "NetworkPolicy").at("/spec/podSelector/matchLabels"));
    pod.at("/spec/topologySpreadConstraints")
        .forEach(constraint -> assertSelects(constraint.at("/labelSelector/matchLabels")));
  }

  @Test
  void in_two_tiers_callers_are_sent_to_the_http_tier() throws IOException {
    JsonNode callers = only("tiers/callers.yaml", "Service");
    JsonNode tier =
        Deployments.documents(FOLDER.resolve("tiers/http/kustomization.yaml")).getFirst();

    assertThat(callers.at("/metadata/name")).isEqualTo(http.at("/metadata/name"));
    assertThat(callers.at("/spec/selector")).isEqualTo(tier.at("/labels/0/pairs"));
    assertThat(tier.at("/labels/0/includeSelectors").asBoolean()).isTrue();
  }

  @Test
  void probes_ask_operations_of_the_contract() {
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      Deployments.assertRoute(container.path(probe).at("/httpGet/path").asText());
      assertThat(container.path(probe).at("/httpGet/port").asText()).isEqualTo("http");
    }
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
  }

  @Test
  void a_node_has_time_to_leave_and_another_one_comes_first() {
    Deployments.assertLongEnough(
        1_000 * pod.at("/spec/terminationGracePeriodSeconds").asLong(), config);
    assertThat(config.leaveDelayMs()).isPositive();
    assertThat(deployment.at("/spec/strategy/rollingUpdate/maxUnavailable").asText())
        .isEqualTo("0");
    assertThat(deployment.at("/spec/replicas").asInt()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void a_pod_may_do_as_much_as_the_image_needs() throws IOException {
    assertThat(Files.readString(Path.of("Dockerfile")))
        .contains(
            "\nUSER %s:%s\n"
                .formatted(
                    pod.at("/spec/securityContext/runAsUser").asText(),
                    pod.at("/spec/securityContext/runAsGroup").asText()));
    JsonNode security = container.path("securityContext");
    assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(container.at("/volumeMounts/0/mountPath").asText()).isEqualTo("/tmp");
    assertThat(container.at("/volumeMounts/0/name")).isEqualTo(pod.at("/spec/volumes/0/name"));
    assertThat(pod.at("/spec/volumes/0").has("emptyDir")).isTrue();
  }

  @Test
  void every_file_is_taken_by_the_kustomization_beside_it() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path folder = file.getParent();
        JsonNode all = Deployments.documents(folder.resolve("kustomization.yaml")).getFirst();
        if (file.endsWith("kustomization.yaml")) {
          all.path("resources")
              .forEach(one -> assertThat(folder.resolve(one.asText())).as("%s", file).exists());
        } else {
          assertThat(
                  Stream.concat(
                      stream(all.path("resources")).map(JsonNode::asText),
                      stream(all.path("patches")).map(patch -> patch.path("path").asText())))
              .contains(folder.relativize(file).toString());
        }
      }
    }
  }

  /** What a pod gets, with stand-ins for what is not in the manifests. */
  private Map<String, String> environment() {
    Map<String, String> all =
        Deployments.texts(only("equal/settings.yaml", "ConfigMap").path("data"));
    assertThat(container.at("/envFrom/0/configMapRef/name").asText()).isEqualTo("allocation");
    assertThat(container.at("/envFrom/1/secretRef/name").asText()).isEqualTo("allocation");
    all.put("POSTGRES_PASSWORD", "secret");
    all.putAll(variables(container.path("env")));
    return all;
  }

  private static Map<String, String> variables(JsonNode env) {
    Map<String, String> variables = new HashMap<>();
    for (JsonNode one : env) {
      boolean told = one.has("value");
      assertThat(told ? one.path("value").isTextual() : one.has("valueFrom")).isTrue();
      variables.put(one.path("name").asText(), told ? one.path("value").asText() : "10.0.0.1");
    }
    return variables;
  }

  private void assertSelects(JsonNode wanted) {
    assertThat(wanted).as("a selector").isNotEmpty();
    assertThat(Deployments.texts(pod.at("/metadata/labels")))
        .containsAllEntriesOf(Deployments.texts(wanted));
  }

  private static Map<String, Integer> numbers(JsonNode ports, String field) {
    Map<String, Integer> numbers = new HashMap<>();
    ports.forEach(port -> numbers.put(port.path("name").asText(), port.path(field).asInt()));
    return numbers;
  }

  private static List<String> texts(JsonNode list, String field) {
    return stream(list).map(one -> one.path(field).asText()).toList();
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private static JsonNode only(String file, String kind) {
    List<JsonNode> documents = Deployments.documents(FOLDER.resolve(file));
    assertThat(documents).hasSize(1);
    assertThat(documents.getFirst().path("kind").asText()).isEqualTo(kind);
    return documents.getFirst();
  }
}
