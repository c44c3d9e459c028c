package allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "POSTGRES_URI", "postgresql://me:secret@db:5432/shop",
          "PULSAR_SERVICE_URL", "pulsar://broker:6650",
          "PULSAR_ADMIN_URL", "http://broker:8080");

  @Test
  void the_file_has_a_line_for_every_setting_and_says_its_default() throws IOException {
    String yaml = Files.readString(Path.of("conf/allocation.yaml"));
    Settings fromFile = new Settings(yaml, LEAST);
    Settings fromNothing = new Settings("", LEAST);

    String withFile = Config.read(fromFile).toString();
    String withDefaults = Config.read(fromNothing).toString();

    fromFile.check();
    assertThat(withFile).isEqualTo(withDefaults);
    assertThat(fromFile.names())
        .allSatisfy(
            name -> assertThat(yaml).contains(name.substring(name.lastIndexOf('.') + 1) + ":"));
  }

  @Test
  void the_environment_goes_before_the_file() {
    Map<String, String> environment = with("HTTP_PORT", "9000");

    Config config = Config.read(new Settings("http: {port: 8000, host: 127.0.0.1}", environment));

    assertThat(config.http().port()).isEqualTo(9000);
    assertThat(config.http().host()).isEqualTo("127.0.0.1");
  }

  @Test
  void a_name_in_the_environment_is_made_of_the_name_in_the_file() {
    assertThat(Settings.variable("http.replyTimeoutMs")).isEqualTo("HTTP_REPLY_TIMEOUT_MS");
    assertThat(Settings.variable("postgres.uri")).isEqualTo("POSTGRES_URI");
  }

  @Test
  void every_fault_is_named_at_once() {
    Settings settings =
        new Settings(
            "http: {port: eighty, hosts: a}\nhandler: {queueCapacity: 1}\nlog: {format: xml}",
            Map.of("PULSAR_SERVICE_URL", "http://wrong", "MAIL_USER", "me"));

    assertThatThrownBy(
            () -> {
              Config.read(settings);
              settings.check();
            })
        .isInstanceOf(Settings.Faulty.class)
        .hasMessageContaining("postgres.uri (POSTGRES_URI) is missing")
        .hasMessageContaining("pulsar.adminUrl (PULSAR_ADMIN_URL) is missing")
        .hasMessageContaining("pulsar.serviceUrl (PULSAR_SERVICE_URL) must be like pulsar://")
        .hasMessageContaining("http.port (HTTP_PORT) must be a whole number from 0 to 65535")
        .hasMessageContaining("handler.queueCapacity (HANDLER_QUEUE_CAPACITY) must be")
        .hasMessageContaining("log.format (LOG_FORMAT) must be one of [TEXT, JSON], was 'xml'")
        .hasMessageContaining("mail.password (MAIL_PASSWORD)")
        .hasMessageContaining("http.hosts is not a setting");
  }

  @Test
  void what_is_no_settings_file_is_a_fault() {
    assertThatThrownBy(() -> new Settings("a: [1, 2]", Map.of()).check())
        .hasMessageContaining("a must be a single value");
    assertThatThrownBy(() -> new Settings("just words", Map.of()).check())
        .hasMessageContaining("must hold names and values");
    assertThatThrownBy(() -> new Settings("a: {", Map.of()).check())
        .hasMessageContaining("the file is not YAML");
    assertThatThrownBy(() -> new Settings("shards: 1\nshards: 2", Map.of()).check())
        .hasMessageContaining("the file is not YAML");
  }

  @Test
  void secrets_are_not_printed() {
    Map<String, String> environment = with("POSTGRES_PASSWORD", "canary1");
    environment.put("PULSAR_TOKEN", "canary2");
    environment.put("MAIL_HOST", "smtp");
    environment.put("MAIL_USER", "me");
    environment.put("MAIL_PASSWORD", "canary3");
    environment.put("BRIDGE_PORT", "7000");
    environment.put("BRIDGE_COMMANDS_KEY", "canary5-that-is-long-enough");

    Config config = Config.read(new Settings("", environment));

    assertThat(config.toString()).doesNotContain("canary").doesNotContain("secret");
    assertThat(config.postgres().server().getPassword()).isEqualTo("canary1");
    assertThatThrownBy(
            () -> {
              Settings settings =
                  new Settings("", with("POSTGRES_URI", "mysql://me:canary4@db/shop"));
              Config.read(settings);
              settings.check();
            })
        .hasMessageContaining("postgres.uri")
        .message()
        .doesNotContain("canary");
  }

  @Test
  void there_is_a_bridge_where_it_has_a_port() {
    assertThat(Config.read(new Settings("", LEAST)).bridge()).isEmpty();
    assertThat(Config.read(new Settings("", with("BRIDGE_PORT", "0"))).bridge())
        .hasValueSatisfying(bridge -> {
          assertThat(bridge.host()).isEqualTo("127.0.0.1");
          assertThat(bridge.commandsKey()).isEmpty();
        });
  }

  @Test
  void a_key_that_could_be_guessed_is_a_fault_that_does_not_say_it() {
    Settings settings = new Settings("", with("BRIDGE_COMMANDS_KEY", "canary"));

    Config.read(settings);

    assertThatThrownBy(settings::check)
        .hasMessageContaining("bridge.commandsKey (BRIDGE_COMMANDS_KEY) must have 16 characters")
        .message()
        .doesNotContain("canary");
  }

  @Test
  void reads_may_have_a_database_of_their_own() {
    Config config =
        Config.read(new Settings("", with("VIEWS_URI", "postgresql://reader@other:5433/views")));

    assertThat(config.views().toString()).isEqualTo("postgresql://other:5433/views");
    assertThat(config.postgres().toString()).isEqualTo("postgresql://db:5432/shop");
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put(name, value);
    return environment;
  }
}
