package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.PulsarSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The papers say what is there. The README's walk is run by ReadmeWalkIT. */
class DocumentationTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
  private static final Pattern CODE = Pattern.compile("`((?:src|conf|docs)/[^`…*<>{ ]+)`");

  @Test
  void every_link_and_path_in_the_papers_leads_somewhere() throws IOException {
    for (Path paper : papers()) {
      String text = Files.readString(paper);
      Path folder = paper.toAbsolutePath().getParent();
      for (String link : all(LINK, text)) {
        assertThat(folder.resolve(link)).as("%s: %s", paper, link).exists();
      }
      for (String path : all(CODE, text)) {
        assertThat(Path.of(path)).as("%s: %s", paper, path).exists();
      }
    }
  }

  @Test
  void the_readme_has_one_command_to_run_and_one_to_test_and_ci_runs_that() throws IOException {
    String readme = Files.readString(Path.of("README.md"));

    assertThat(commandUnder("## Run", readme)).isEqualTo("./run");
    assertThat(commandUnder("## Test", readme)).isEqualTo("./mvnw verify");
    assertThat(Files.readString(Path.of(".ci/run"))).contains("./mvnw", " verify");
  }

  @Test
  void every_decision_has_a_number_of_its_own_a_status_and_a_decision() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("docs/adr"))) {
      List<Path> decisions = files.sorted().toList();
      for (int i = 0; i < decisions.size(); i++) {
        Path file = decisions.get(i);
        assertThat(file.getFileName().toString()).startsWith("%04d-".formatted(i + 1));
        assertThat(Files.readString(file))
            .as(file.toString())
            .startsWith("# " + (i + 1) + ". ")
            .contains("\nStatus: ", "## Context", "## Decision", "## Consequences");
      }
    }
  }

  @Test
  void operators_are_told_of_every_setting_that_a_broker_needs() throws IOException {
    String guide = Files.readString(Path.of("docs/operations.md"));

    assertThat(PulsarSettings.BROKER.keySet()).allSatisfy(name -> assertThat(guide).contains(name));
    assertThat(PulsarSettings.ONE_BOOKIE.keySet())
        .allSatisfy(name -> assertThat(guide).contains(name));
  }

  @Test
  void every_metric_that_operators_are_told_of_is_made_by_the_code() throws IOException {
    String code = code();
    for (String metric :
        all(
            Pattern.compile("`allocation_([a-z_]+?)(?:_total|_seconds)?`"),
            Files.readString(Path.of("docs/operations.md")))) {
      assertThat(code).contains("\"allocation." + metric.replace('_', '.'));
    }
  }

  private static String code() throws IOException {
    StringBuilder code = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        code.append(Files.readString(file));
      }
    }
    return code.toString();
  }

  private static List<Path> papers() throws IOException {
    try (Stream<Path> guides = Files.walk(Path.of("docs"))) {
      return Stream.concat(Stream.of(Path.of("README.md"), Path.of("CHANGELOG.md")), guides)
          .filter(path -> path.toString().endsWith(".md"))
          .toList();
    }
  }

  private static String commandUnder(String heading, String readme) {
    Matcher block =
        Pattern.compile(Pattern.quote(heading) + "\\n+```\\w*\\n(.*?)\\n```", Pattern.DOTALL)
            .matcher(readme);
    assertThat(block.find()).as(heading).isTrue();
    return block.group(1);
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
  }
}
