package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what the service is deployed with, and what the code makes of it. */
final class Deployments {
  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private Deployments() {}

  /** Every document of a YAML file. */
  static List<JsonNode> documents(Path file) {
    try (MappingIterator<JsonNode> documents =
        YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
      return documents.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** The settings of a node with this environment; fails where it would refuse to start. */
  static Config config(Map<String, String> environment) {
    Settings settings = new Settings("", environment);
    Config config = Config.read(settings);
    settings.check();
    assertThat(settings.names().stream().map(Settings::variable).toList())
        .as("settings by their names in the environment")
        .containsAll(environment.keySet());
    return config;
  }

  /** Names and values, which have to be text: environments and labels have nothing else. */
  static Map<String, String> texts(JsonNode values) {
    Map<String, String> texts = new HashMap<>();
    values
        .properties()
        .forEach(value -> {
          assertThat(value.getValue().isTextual()).as(value + " is text").isTrue();
          texts.put(value.getKey(), value.getValue().asText());
        });
    return texts;
  }

  /** Whoever stops a node has to wait until it has left, handed over and answered. */
  static void assertLongEnough(long graceMs, Config config) {
    assertThat(graceMs)
        .as("the time that a node is given to stop")
        .isGreaterThan(config.leaveDelayMs() + Service.STOP_LIMIT_MS)
        .isGreaterThan(
            config.leaveDelayMs() + Service.HAND_OVER_MS + config.http().replyTimeoutMs());
  }

  /** An operation that the contract has. */
  static void assertRoute(String path) {
    JsonNode contract = documents(Path.of("src/main/resources/openapi.yaml")).getFirst();
    assertThat(contract.path("paths").has(path)).as(path).isTrue();
  }
}
