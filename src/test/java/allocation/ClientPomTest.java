package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's own pom says again what the root says: an installed pom has no parent to ask. */
class ClientPomTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "version",
        "vertx.version",
        "slf4j.version",
        "jspecify.version",
        "maven.compiler.release",
        "project.build.outputTimestamp"
      })
  void the_client_is_of_the_same_version_as_the_service(String name) throws IOException {
    assertThat(first(name, "src/client/pom.xml")).isEqualTo(first(name, "pom.xml"));
  }

  private static String first(String name, String pom) throws IOException {
    Matcher value =
        Pattern.compile("<%s>([^<]+)<".formatted(Pattern.quote(name)))
            .matcher(Files.readString(Path.of(pom)));
    assertThat(value.find()).as("%s in %s", name, pom).isTrue();
    return value.group(1);
  }
}
