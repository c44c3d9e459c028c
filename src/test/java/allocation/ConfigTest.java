package allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.Role;
import allocation.notify.MailSettings;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "POSTGRES_URI", "postgresql://me:secret@db:5432/shop",
          "PULSAR_SERVICE_URL", "pulsar://broker:6650",
          "PULSAR_ADMIN_URL", "http://broker:8080");

  private static final String NOTHING_RUNS =
      """
      http: {instances: 0}
      handler: {instances: 0}
      views: {instances: 0}
      publisher: {instances: 0}
      mail: {instances: 0}
      pulsar: {commandInstances: 0}\
      """;

  static Stream<Map<String, String>> environments() {
    return Stream.of(LEAST, everyPart());
  }

  /** Settings of a node that has every part which is there only where it is asked for. */
  static Map<String, String> everyPart() {
    Map<String, String> environment = with("VIEWS_URI", "postgresql://reader@other:5433/views");
    environment.put("CLUSTER_MEMBERS", "a");
    environment.put("ACCESS_JWKS", "keys.json");
    environment.put("ACCESS_JWT_ISSUER", "issuer");
    environment.put("ACCESS_JWT_AUDIENCE", "allocation");
    environment.put("MAIL_HOST", "smtp");
    environment.put("BRIDGE_PORT", "0");
    return environment;
  }

  /** Guard: what is printed leaves a lot out, and a part that is not there has no defaults. */
  @ParameterizedTest
  @MethodSource("environments")
  void the_file_has_a_line_for_every_setting_and_says_its_default(Map<String, String> environment)
      throws IOException {
    String yaml = Files.readString(Path.of("conf/allocation.yaml"));
    Settings fromFile = new Settings(yaml, environment);
    Settings fromNothing = new Settings("", environment);

    Config withFile = Config.read(fromFile);
    Config withDefaults = Config.read(fromNothing);

    fromFile.check();
    fromNothing.check();
    // What says how a database is reached is equal to itself alone.
    assertThat(withFile).usingRecursiveComparison().isEqualTo(withDefaults);
    JsonNode lines = new YAMLMapper().readTree(yaml);
    assertThat(fromFile.names())
        .allSatisfy(
            name -> assertThat(lines.at("/" + name.replace('.', '/')).isMissingNode()).isFalse());
  }

  @Test
  void every_part_is_there_where_it_is_asked_for() {
    Config config = Config.read(new Settings("", everyPart()));

    assertThat(List.of(config.cluster(), config.access().tokens(), config.mail(), config.bridge()))
        .allSatisfy(part -> assertThat(part).isPresent());
    assertThat(config.viewsAreElsewhere()).isTrue();
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

  /** YAML has several words for true and false. */
  @Test
  void a_word_in_the_file_stays_that_word() {
    Config.Log log = Config.read(new Settings("log: {level: off, audit: off}", LEAST)).log();

    assertThat(log.level()).isEqualTo(Config.Log.Level.OFF);
    assertThat(log.audit()).isEqualTo(Config.Log.Audit.OFF);
  }

  @ParameterizedTest
  @ValueSource(strings = {"007", "1_000", "1.50", "0x1F", "123e4567", ".inf", "~x", "1:30", "yes"})
  void a_value_in_the_file_is_what_is_written_there(String value) {
    Settings settings = new Settings("postgres: {password: " + value + "}", Map.of());

    assertThat(settings.secret("postgres.password")).contains(value);
  }

  @Test
  void every_fault_is_named_at_once() {
    Settings settings =
        new Settings(
            "http: {port: eighty, hosts: a}\nhandler: {queueCapacity: 1}\nlog: {format: xml, level: loud}",
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
        .hasMessageContaining(
            "log.level (LOG_LEVEL) must be one of [TRACE, DEBUG, INFO, WARN, ERROR")
        .hasMessageContaining("mail.password (MAIL_PASSWORD)")
        .hasMessageContaining("http.hosts is not a setting");
  }

  @Test
  void what_does_not_go_together_in_http_is_a_fault() {
    assertThatThrownBy(() ->
            read("http: {idleTimeoutSeconds: 10, bodyLimitBytes: 9000, bodiesLimitBytes: 8999}"))
        .hasMessageContaining("http.idleTimeoutSeconds (HTTP_IDLE_TIMEOUT_SECONDS) must be longer")
        .hasMessageContaining("which is 10 s, was '10'")
        .hasMessageContaining("http.bodiesLimitBytes (HTTP_BODIES_LIMIT_BYTES) must have room");
    assertThat(read("http: {replyTimeoutMs: 9999, idleTimeoutSeconds: 10}").http().replyTimeoutMs())
        .isEqualTo(9_999);
  }

  @Test
  void what_cannot_be_the_name_of_a_file_is_a_fault() {
    assertThatThrownBy(
            () -> read("http: {tlsCertificate: \"\\0\"}\npulsar: {tlsAuthorities: \"\\0\"}"))
        .hasMessageContaining("http.tlsCertificate (HTTP_TLS_CERTIFICATE) must be the name of a")
        .hasMessageContaining("pulsar.tlsAuthorities (PULSAR_TLS_AUTHORITIES) must be the name");
  }

  @Test
  void what_is_no_settings_file_is_a_fault() {
    assertThatThrownBy(() -> new Settings("a: [1, 2]", Map.of()).check())
        .hasMessageContaining("a must be a single value");
    assertThatThrownBy(() -> new Settings("just words", Map.of()).check())
        .hasMessageContaining("must hold names and values");
    assertThatThrownBy(() -> new Settings("[1, [2]]", Map.of()).check())
        .hasMessageContaining("must hold names and values, was a list");
    assertThatThrownBy(() -> new Settings("---\nshards: 1\n---\nhttp: {}", Map.of()).check())
        .hasMessageContaining("must be one YAML document, and another one follows");
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
    String hash = "0123456789abcdef".repeat(4);
    environment.put("ACCESS_KEYS", "shop " + hash + " read");

    Config config = Config.read(new Settings("", environment));

    assertThat(config.toString()).doesNotContain("canary", "secret", hash);
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
  void a_secret_may_be_in_a_file_that_the_environment_names(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "canary1\n");

    Config config = Config.read(new Settings("", with("POSTGRES_PASSWORD_FILE", file.toString())));

    assertThat(config.postgres().server().getPassword()).isEqualTo("canary1");
    Map<String, String> both = with("MAIL_PASSWORD_FILE", file.toString());
    both.put("MAIL_PASSWORD", "canary2");
    both.put("PULSAR_TOKEN_FILE", folder.resolve("missing").toString());
    Settings settings = new Settings("", both);
    Config.read(settings);
    assertThatThrownBy(settings::check)
        .hasMessageContaining("mail.password (MAIL_PASSWORD) and MAIL_PASSWORD_FILE cannot both")
        .hasMessageContaining("pulsar.token (PULSAR_TOKEN) PULSAR_TOKEN_FILE cannot be read")
        .message()
        .doesNotContain("canary");
  }

  @Test
  void nobody_is_asked_unless_keys_or_tokens_are_set_and_then_only_on_this_machine() {
    Config open = read("");

    assertThat(open.access().isOff()).isTrue();
    assertThat(open.refusal().orElseThrow()).contains("0.0.0.0 (http.host)");
    assertThat(read("http: {host: 127.0.0.1}").refusal()).isEmpty();
    assertThat(read("access: {open: everywhere}").refusal()).isEmpty();
    assertThat(read("access: {keysFile: keys}").refusal()).isEmpty();
    assertThat(read("http: {instances: 0}\ncluster: {members: a}").refusal())
        .as("of a node without HTTP")
        .isEmpty();
  }

  @Test
  void tokens_are_taken_of_one_issuer_by_its_keys() {
    Config config =
        read(
            "access: {jwks: 'https://issuer/keys', jwtIssuer: 'https://issuer/',"
                + " jwtAudience: 'allocation, stock', jwtAlgorithms: ES256}");

    assertThat(config.access().summary()).isEqualTo("tokens");
    assertThat(config.access().tokens().orElseThrow())
        .satisfies(tokens -> {
          assertThat(tokens.isFetched()).isTrue();
          assertThat(tokens.audiences()).containsExactlyInAnyOrder("allocation", "stock");
          assertThat(tokens.algorithms()).containsExactly("ES256");
        });
    assertThat(read("access: {jwks: keys.json, jwtIssuer: i, jwtAudience: a}").access().tokens())
        .hasValueSatisfying(tokens -> assertThat(tokens.isFetched()).isFalse());
    assertThat(read("access: {jwks: 'http://localhost:1/k', jwtIssuer: i, jwtAudience: a}"))
        .isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          jwks: keys.json                                      | access.jwtIssuer (ACCESS_JWT_ISSUER) is missing
          jwks: keys.json, jwtIssuer: i                        | access.jwtAudience (ACCESS_JWT_AUDIENCE) is missing
          jwtAudience: a                                       | access.jwks (ACCESS_JWKS) is missing
          jwks: 'http://issuer/k', jwtIssuer: i, jwtAudience: a | access.jwks (ACCESS_JWKS) must be https://
          jwks: 'http://localhost.evil/k', jwtIssuer: i, jwtAudience: a | access.jwks (ACCESS_JWKS) must be https://
          jwks: 'http://localhost:x@evil/k', jwtIssuer: i, jwtAudience: a | access.jwks (ACCESS_JWKS) must be https://
          jwtAlgorithms: 'RS256,HS256'                         | access.jwtAlgorithms (ACCESS_JWT_ALGORITHMS) must be out of [ES256,
          jwtAlgorithms: none                                  | access.jwtAlgorithms (ACCESS_JWT_ALGORITHMS) must be out of
          keys: shop alk_not-a-hash read                       | access.keys (ACCESS_KEYS) cannot be used: key 1 must have the key's SHA-256
          keys: '# none'                                       | access.keys (ACCESS_KEYS) must hold keys
          keys: 'a HASH read # web; b HASHB read'              | access.keys (ACCESS_KEYS) must hold keys
          keysFile: k, open: everywhere                        | access.open (ACCESS_OPEN) cannot be everywhere
          open: nowhere                                        | access.open (ACCESS_OPEN) must be one of [LOOPBACK, EVERYWHERE]
          requestsPerSecond: -1                                | access.requestsPerSecond (ACCESS_REQUESTS_PER_SECOND) must be
          requestsAtOnce: 5                                    | access.requestsAtOnce (ACCESS_REQUESTS_AT_ONCE) limits nothing without
          """)
  void access_that_would_not_keep_anybody_out_is_a_fault(String access, String fault) {
    String hashed = access.replace("HASHB", "b".repeat(64)).replace("HASH", "a".repeat(64));

    assertThatThrownBy(() -> read("access: {" + hashed + "}"))
        .hasMessageContaining(fault)
        .hasMessageNotContaining("alk_not");
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

  @Test
  void what_is_said_of_a_database_of_the_views_is_of_no_use_without_one() {
    Map<String, String> environment = with("VIEWS_PASSWORD", "canary");
    environment.put("VIEWS_TLS_AUTHORITIES", "ca.pem");
    Settings settings = new Settings("", environment);

    Config.read(settings);

    assertThatThrownBy(settings::check)
        .hasMessageContaining("views.password (VIEWS_PASSWORD) is of no use without views.uri")
        .hasMessageContaining("views.tlsAuthorities (VIEWS_TLS_AUTHORITIES) is of no use without")
        .message()
        .doesNotContain("canary");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://db/shop, disable",
    "postgresql://db/shop?sslmode=allow, allow",
    "postgresql://db/shop?sslmode=prefer, prefer"
  })
  void authorities_for_sessions_in_the_clear_are_a_fault(String uri, String mode) {
    Map<String, String> environment = with("POSTGRES_URI", uri);
    environment.put("POSTGRES_TLS_AUTHORITIES", "ca.pem");
    environment.put("PULSAR_TLS_AUTHORITIES", "ca.pem");
    Settings settings = new Settings("", environment);

    Config.read(settings);

    assertThatThrownBy(settings::check)
        .hasMessageContaining(
            "postgres.tlsAuthorities (POSTGRES_TLS_AUTHORITIES) is of no use with sslmode="
                + mode
                + ": say verify-full in the URI")
        .hasMessageContaining("pulsar.tlsAuthorities (PULSAR_TLS_AUTHORITIES) is of no use where");
  }

  @Test
  void authorities_of_a_pulsar_of_which_a_part_is_over_tls_are_none() {
    for (String variable : List.of("PULSAR_SERVICE_URL", "PULSAR_ADMIN_URL")) {
      Map<String, String> environment =
          with(variable, variable.contains("ADMIN") ? "https://b:1" : "pulsar+ssl://b:1");
      environment.put("PULSAR_TLS_AUTHORITIES", "no-such-file.pem");
      Settings settings = new Settings("", environment);

      Config.read(settings);

      assertThatThrownBy(settings::check)
          .hasMessageContaining("pulsar.tlsAuthorities (PULSAR_TLS_AUTHORITIES) cannot be used")
          .message()
          .doesNotContain("of no use");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PULSAR_SERVICE_URL, pulsars://b:1, pulsar://host:port or pulsar+ssl://host:port",
    "PULSAR_SERVICE_URL, http://b:1, pulsar://host:port or pulsar+ssl://host:port",
    "PULSAR_ADMIN_URL, http+ssl://b:1, http://host:port or https://host:port"
  })
  void a_scheme_that_nothing_speaks_is_a_fault(String variable, String url, String rule) {
    Settings settings = new Settings("", with(variable, url));

    Config.read(settings);

    assertThatThrownBy(settings::check)
        .hasMessageContaining("(%s) must be like %s, was '%s'".formatted(variable, rule, url));
  }

  @ParameterizedTest
  @CsvSource({
    "smtp, '', STARTTLS, true",
    "smtp, tls, TLS, true",
    "smtp, opportunistic, OPPORTUNISTIC, false",
    "smtp, none, NONE, false",
    "localhost, '', OPPORTUNISTIC, true",
    "127.0.0.1, none, NONE, true"
  })
  void a_password_for_mail_is_sent_over_tls_or_stays_on_this_machine(
      String host, String encryption, MailSettings.Encryption used, boolean isRight) {
    Map<String, String> environment = with("MAIL_HOST", host);
    environment.put("MAIL_USER", "me");
    environment.put("MAIL_PASSWORD", "canary");
    environment.put("MAIL_ENCRYPTION", encryption);
    Settings settings = new Settings("", environment);

    Config config = Config.read(settings);

    assertThat(config.mail().orElseThrow().encryption()).isEqualTo(used);
    if (isRight) {
      settings.check();
    } else {
      assertThatThrownBy(settings::check)
          .hasMessageContaining("mail.encryption (MAIL_ENCRYPTION) must be starttls or tls");
    }
  }

  /** Guard: a container may count all processors of its host, and has little memory. */
  @Test
  void bodies_of_all_event_loops_leave_most_of_the_heap() {
    long mib = 1024 * 1024;

    assertThat(HttpConfig.bodiesBytes(614 * mib, 2)).isEqualTo(Math.toIntExact(64 * mib));
    assertThat(64L * HttpConfig.bodiesBytes(614 * mib, 64)).isBetween(150 * mib, 154 * mib);
    assertThat(HttpConfig.bodiesBytes(614 * mib, 0)).isEqualTo(Math.toIntExact(64 * mib));
    assertThat(read("http: {bodyLimitBytes: 1073741824}").http().bodiesLimitBytes())
        .as("always one body")
        .isEqualTo(Math.toIntExact(1024 * mib));
  }

  @Test
  void a_node_is_alone_unless_it_is_told_where_others_are() {
    assertThat(read("").cluster()).isEmpty();
    assertThat(read("cluster: {port: 6000, name: shop}").cluster()).isEmpty();
  }

  @Test
  void a_list_of_members_makes_it_one_of_a_cluster() {
    assertThat(read("cluster: {members: 'a, b:5702  10.0.0.3'}").cluster())
        .contains(
            new allocation.cluster.Settings(
                "allocation",
                List.of("a", "b:5702", "10.0.0.3"),
                Optional.empty(),
                Optional.empty(),
                5701,
                0,
                5,
                Optional.empty()));
  }

  @Test
  void so_does_a_name_that_stands_for_all_of_them() {
    Map<String, String> environment = with("CLUSTER_DNS", "nodes.shop.svc");
    environment.put("CLUSTER_NAME", "shop");
    environment.put("CLUSTER_HOST", "10.0.0.9");
    environment.put("CLUSTER_PORT", "6000");
    environment.put("CLUSTER_BUS_PORT", "6001");
    environment.put("CLUSTER_SILENCE_SECONDS", "30");

    assertThat(Config.read(new Settings("", environment)).cluster())
        .contains(
            new allocation.cluster.Settings(
                "shop",
                List.of(),
                Optional.of("nodes.shop.svc"),
                Optional.of("10.0.0.9"),
                6000,
                6001,
                30,
                Optional.empty()));
  }

  @Test
  void a_list_and_a_name_at_once_are_a_fault() {
    assertThatThrownBy(() -> read("cluster: {members: a, dns: b}"))
        .hasMessageContaining("cluster.dns (CLUSTER_DNS) and cluster.members cannot both be set");
  }

  @Test
  void members_are_hosts_with_or_without_a_port() {
    assertThat(read("cluster: {members: '[2001:db8::2]:5701, [2001:db8::3]'}").cluster())
        .isPresent();
    assertThatThrownBy(() -> read("cluster: {members: 'a, b:c'}"))
        .hasMessageContaining("cluster.members (CLUSTER_MEMBERS) must be host or host:port each")
        .hasMessageContaining("b:c");
    assertThatThrownBy(() -> read("cluster: {members: '2001:db8::2'}"))
        .hasMessageContaining("cluster.members (CLUSTER_MEMBERS) must be host or host:port each");
  }

  @Test
  void nodes_are_not_looked_for_at_the_event_bus() {
    assertThatThrownBy(() -> read("cluster: {members: a, busPort: 5703}"))
        .hasMessageContaining("cluster.busPort (CLUSTER_BUS_PORT) must be none of cluster.port");
    assertThat(read("cluster: {members: a, busPort: 5704}").cluster()).isPresent();
    assertThat(read("cluster: {dns: a, busPort: 5702}").cluster()).isPresent();
  }

  @Test
  void a_silence_of_a_second_would_take_busy_nodes_for_dead() {
    assertThatThrownBy(() -> read("cluster: {members: a, silenceSeconds: 1}"))
        .hasMessageContaining("cluster.silenceSeconds (CLUSTER_SILENCE_SECONDS) must be");
  }

  @Test
  void a_node_that_is_alone_runs_everything() {
    assertThatThrownBy(() -> read(NOTHING_RUNS))
        .hasMessageContaining("http.instances (HTTP_INSTANCES) must be a whole number from 1")
        .hasMessageContaining("handler.instances (HANDLER_INSTANCES) must be")
        .hasMessageContaining("views.instances (VIEWS_INSTANCES) must be")
        .hasMessageContaining("publisher.instances (PUBLISHER_INSTANCES) must be")
        .hasMessageContaining("mail.instances (MAIL_INSTANCES) must be")
        .hasMessageContaining("pulsar.commandInstances (PULSAR_COMMAND_INSTANCES) must be");
  }

  @Test
  void in_a_cluster_others_may_run_a_part() {
    Config config = read(NOTHING_RUNS + "\ncluster: {members: a}");

    assertThat(config.instances()).isEqualTo(new Config.Instances(0, 0, 0, 0, 0, 0));
  }

  @Test
  void has_http_for_each_processor_and_a_handler_for_each_two_up_to_four() {
    int processors = Runtime.getRuntime().availableProcessors();

    Config.Instances unset = read("").instances();

    assertThat(unset.http()).isEqualTo(Math.min(64, processors));
    assertThat(unset.handlers()).isEqualTo(Math.clamp(processors / 2, 1, 4));
  }

  @Test
  void instances_are_counted_by_the_role_that_they_have() {
    assertThat(new Config.Instances(1, 2, 3, 4, 5, 6).ofRoles())
        .isEqualTo(
            Map.of(
                Role.HANDLER, 3,
                Role.READ_MODEL, 4,
                Role.PUBLISHER, 5,
                Role.LINE_ALLOCATED, 5,
                Role.NOTICES, 6));
  }

  @Test
  void a_node_leaves_a_second_after_it_has_said_so_unless_it_is_set() {
    assertThat(read("").leaveDelayMs()).isEqualTo(1_000);
    assertThat(read("http: {leaveDelayMs: 3000}").leaveDelayMs()).isEqualTo(3_000);
  }

  /** With every fault thrown. */
  private static Config read(String yaml) {
    Settings settings = new Settings(yaml, LEAST);
    Config config = Config.read(settings);
    settings.check();
    return config;
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put(name, value);
    return environment;
  }
}
