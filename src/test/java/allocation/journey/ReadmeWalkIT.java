package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.Main;
import allocation.Service;
import allocation.embedded.Ports;
import allocation.embedded.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs the walk of the README as it stands there, command by command. */
class ReadmeWalkIT {
  private static final Pattern STEP =
      Pattern.compile("```sh\\n(.*?)```\\n```json\\n(.*?)```", Pattern.DOTALL);

  private record Step(String command, String answer) {}

  @Test
  void every_answer_in_the_readme_is_the_answer_of_the_service() throws Exception {
    int port = Ports.free();
    Map<String, String> environment =
        Map.of(
            "HTTP_PORT", String.valueOf(port),
            "HTTP_HOST", "127.0.0.1",
            "POSTGRES_URI", Servers.newDatabase("readme"),
            "PULSAR_SERVICE_URL", Servers.pulsarServiceUrl(),
            "PULSAR_ADMIN_URL", Servers.pulsarAdminUrl(),
            "PULSAR_NAMESPACE", Servers.newNamespace("readme"));
    Service service = Main.result(Service.start(environment));
    try {
      List<Step> walk = walk();
      assertThat(walk).hasSizeGreaterThanOrEqualTo(7);
      for (Step step : walk) {
        String command =
            step.command()
                .replace("localhost:8080", "127.0.0.1:" + port)
                .replace("./run ", "run_it ");
        assertThat(shell(command, environment).strip())
            .as(step.command())
            .matches(pattern(step.answer()));
      }
    } finally {
      Main.result(service.stop());
    }
  }

  private static List<Step> walk() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String section = readme.substring(readme.indexOf("\n## Walk\n"));
    Matcher blocks = STEP.matcher(section.substring(0, section.indexOf("\n## ", 1)));
    List<Step> steps = new ArrayList<>();
    while (blocks.find()) {
      steps.add(new Step(blocks.group(1), blocks.group(2).strip()));
    }
    return steps;
  }

  /** The answer to the letter, but for … which stands for anything within a string. */
  private static Pattern pattern(String answer) {
    return Pattern.compile(
        Stream.of(answer.split("…", -1)).map(Pattern::quote).collect(Collectors.joining("[^\"]*")));
  }

  /** The command in a shell where {@code run_it} is what {@code ./run} becomes. */
  private static String shell(String command, Map<String, String> environment)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String runIt =
        "run_it() { '%s' -cp '%s' allocation.Main \"$@\"; }\n"
            .formatted(java, System.getProperty("java.class.path"));
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", runIt + command);
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
    assertThat(process.exitValue()).as("%s%n%s", command, output).isZero();
    return output;
  }
}
