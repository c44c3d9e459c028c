package allocation;

import static allocation.given.Decoding.attempt;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.given.Seeds;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The file and the environment: settings, or every fault in one message. */
final class SettingsFuzzTest {
  private static final String NEEDED =
      """
      postgres.uri: postgresql://a@localhost:5432/a
      pulsar: {serviceUrl: "pulsar://localhost:6650", adminUrl: "http://localhost:8080"}
      """;

  static Stream<byte[]> files() throws IOException {
    return Stream.concat(
        Seeds.text(
            Files.readString(Path.of("conf/allocation.yaml")),
            NEEDED,
            NEEDED + "http: {port: 70000, host: \"\\0\"}\naccess: {keysFile: \"\\0\"}\n",
            NEEDED + "http: {idleTimeoutSeconds: 5, tlsCertificate: \"\\0\", tlsKey: a}\n",
            NEEDED + "access: {jwks: \"https://[\", jwtIssuer: a, jwtAudience: a}\n",
            NEEDED + "access: {keys: \"a b c\"}\nbridge: {port: 1, commandsKey: short}\n",
            "postgres.uri: 'postgresql://%@[::1:x/?a=b&%zz=1'\n",
            "a: &a [*a]\n",
            "a: &a {b: *a}\n",
            "a: &a x\nb: *a\n",
            "a: !!java.net.URL [x]\n",
            "--- a\n--- b\n",
            "a: 1\na: 2\n",
            "? [a, b]\n: c\n",
            "a: |\n  b\n",
            "\t- a\n",
            "%YAML 9.9\n---\na: 1\n",
            "a: 0x10\nb: 1_000\nc: 1e400\nd: .inf\n",
            "[".repeat(10_000)),
        Seeds.json("{\"http\":{\"port\":8080,\"host\":\"a\"}}"));
  }

  @MethodSource("files")
  @FuzzTest(maxDuration = "1m")
  void the_file(byte[] yaml) {
    read(new String(yaml, UTF_8), Map.of());
  }

  static Stream<byte[]> environments() {
    return Seeds.text(
        "HTTP_PORT=8080\nPOSTGRES_URI=postgresql://a:b@localhost/c?sslmode=require",
        "POSTGRES_URI=postgresql:///\nPOSTGRES_PASSWORD=secret",
        "POSTGRES_URI=postgresql://a@h1:1,h2:2/c",
        "PULSAR_NAMESPACE=a/b\nPULSAR_TOKEN=x\nPULSAR_ADMIN_URL=https://",
        "ACCESS_JWKS=http://[::1]/k\nACCESS_JWT_ISSUER=i\nACCESS_JWT_AUDIENCE=a b,c",
        "ACCESS_JWT_ALGORITHMS=none\nACCESS_OPEN=everywhere\nACCESS_KEYS=a b c;;",
        "CLUSTER_MEMBERS=a,,b c\nCLUSTER_DNS=d",
        "MAIL_HOST=h\nMAIL_USER=u\nMAIL_ENCRYPTION=\u0131mplicit\nLOG_LEVEL=\u0130NFO",
        "VIEWS_URI=postgresql://a@b/c\nBRIDGE_PORT=1\nBRIDGE_COMMANDS_KEY=short");
  }

  /** One variable a line; none that names a file, which would be read. */
  @MethodSource("environments")
  @FuzzTest(maxDuration = "1m")
  void the_environment(byte[] bytes) {
    Map<String, String> environment = new HashMap<>();
    for (String line : new String(bytes, UTF_8).lines().toList()) {
      String[] variable = line.split("=", 2);
      if (variable.length == 2 && !variable[0].endsWith("_FILE")) {
        environment.put(variable[0], variable[1]);
      }
    }
    read(NEEDED, environment);
  }

  private static void read(String yaml, Map<String, String> environment) {
    attempt(
        () -> {
          Settings settings = new Settings(yaml, environment);
          Config config = Config.read(settings);
          settings.check();
          return config;
        },
        Settings.Faulty.class);
  }
}
