package allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every whole number among the settings is what its own name was given, and no other: where records
 * have many of them side by side, two that changed places would compile.
 */
final class SettingsTableTest {
  private static final Pattern WHOLE_NUMBER =
      Pattern.compile("(\\S+) \\(\\S+\\) must be a whole number");

  /**
   * A setting.
   *
   * @param value may be set, is not the default, and is given to no other one
   */
  record Line(String name, int value, ToLongFunction<Config> read) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Line line(String name, int value, ToLongFunction<Config> read) {
    return new Line(name, value, read);
  }

  static Stream<Line> table() {
    return Stream.of(
        line("shards", 17, c -> c.shards().count()),
        line("cluster.port", 5_710, c -> c.cluster().orElseThrow().port()),
        line("cluster.busPort", 5_720, c -> c.cluster().orElseThrow().busPort()),
        line("cluster.silenceSeconds", 7, c -> c.cluster().orElseThrow().silenceSeconds()),
        line("http.port", 8_081, c -> c.http().port()),
        line("http.instances", 33, c -> c.instances().http()),
        line("http.replyTimeoutMs", 20_001, c -> c.http().replyTimeoutMs()),
        line("http.viewTimeoutMs", 3_001, c -> c.readModel().queryTimeoutMs()),
        line("http.bodyLimitBytes", 3_000_001, c -> c.http().bodyLimitBytes()),
        line("http.bodiesLimitBytes", 5_000_001, c -> c.http().bodiesLimitBytes()),
        line("http.bodyTimeoutMs", 10_001, c -> c.http().bodyTimeoutMs()),
        line("http.idleTimeoutSeconds", 61, c -> c.http().idleTimeoutSeconds()),
        line("http.retryAfterSeconds", 2, c -> c.http().retryAfterSeconds()),
        line("http.connections", 5_001, c -> c.http().connections()),
        line("http.requestsAtOnce", 501, c -> c.http().requestsAtOnce()),
        line("http.leaveDelayMs", 1_001, Config::leaveDelayMs),
        line("access.requestsPerSecond", 90, c -> c.access().requestsPerSecond()),
        line("access.requestsAtOnce", 91, c -> c.access().requestsAtOnce()),
        line(
            "access.jwksRefreshSeconds",
            301,
            c -> c.access().tokens().orElseThrow().refreshSeconds()),
        line("handler.instances", 34, c -> c.instances().handlers()),
        line("handler.queueCapacity", 20_002, c -> c.handler().queueCapacity()),
        line("handler.unitCommands", 502, c -> c.handler().unitCommands()),
        line("handler.cachedProducts", 100_001, c -> c.handler().cachedProducts()),
        line("handler.answersKeptHours", 49, c -> c.answersKept().toHours()),
        line("postgres.poolSize", 13, c -> c.postgres().poolSize()),
        line("views.instances", 35, c -> c.instances().readModels()),
        line("views.poolSize", 8, c -> c.views().poolSize()),
        line("views.waitingReads", 10_002, c -> c.readModel().maxWaiting()),
        line("pulsar.operationTimeoutMs", 10_003, c -> c.pulsar().operationTimeoutMs()),
        line("pulsar.commandInstances", 36, c -> c.instances().commands()),
        line("pulsar.commandsInFlight", 257, c -> c.pulsar().commandsInFlight()),
        line("pulsar.maxCommandBytes", 65_537, c -> c.pulsar().maxCommandBytes()),
        line("publisher.instances", 37, c -> c.instances().publishers()),
        line("log.pollMs", 1_002, c -> c.log().pollMs()),
        line("mail.instances", 38, c -> c.instances().notices()),
        line("mail.port", 26, c -> c.mail().orElseThrow().port()),
        line("mail.timeoutMs", 10_004, c -> c.mail().orElseThrow().timeoutMs()),
        line("bridge.port", 7_001, c -> c.bridge().orElseThrow().port()),
        line("bridge.maxFrameBytes", 65_538, c -> c.bridge().orElseThrow().maxFrameBytes()),
        line("bridge.messagesPerSecond", 1_003, c -> c.bridge().orElseThrow().messagesPerSecond()),
        line("bridge.connections", 101, c -> c.bridge().orElseThrow().connections()),
        line("bridge.idleTimeoutSeconds", 62, c -> c.bridge().orElseThrow().idleTimeoutSeconds()));
  }

  @ParameterizedTest
  @MethodSource("table")
  void a_number_is_read_where_it_belongs(Line line) {
    assertThat(line.read().applyAsLong(read(everyLine()))).isEqualTo(line.value());
  }

  /** It is read in another place then. */
  @Test
  void so_is_that_of_the_views_where_they_have_no_database_of_their_own() {
    Map<String, String> environment = everyLine();
    environment.remove("VIEWS_URI");

    Config config = read(environment);

    assertThat(config.viewsAreElsewhere()).isFalse();
    assertThat(config.views().poolSize()).isEqualTo(8);
    assertThat(config.postgres().poolSize()).isEqualTo(13);
  }

  @Test
  void what_a_read_and_a_unit_of_work_may_take_follows_from_what_their_callers_wait() {
    Config config = read(everyLine());

    assertThat(config.http().queryTimeoutMs()).isEqualTo(2 * 3_001 + 500);
    assertThat(config.unitLimitMs()).isEqualTo(8_000);
    assertThat(config.handler().settleMs()).isEqualTo(6_000);
  }

  /** Guard: a number that two have, or that is the default, would not tell. */
  @Test
  void no_two_lines_have_the_same_number_and_none_has_its_default() {
    Config defaults = read(ConfigTest.everyPart());

    assertThat(table().map(Line::value)).doesNotHaveDuplicates();
    assertThat(table())
        .allSatisfy(
            line -> assertThat(line.read().applyAsLong(defaults)).isNotEqualTo(line.value()));
  }

  /** Guard: whatever takes no word is a number. */
  @Test
  void every_whole_number_is_in_the_table() {
    Settings asked = new Settings("", ConfigTest.everyPart());
    Config.read(asked);
    Map<String, String> words = new HashMap<>();
    asked.names().forEach(name -> words.put(Settings.variable(name), "many"));
    Settings settings = new Settings("", words);
    Config.read(settings);

    String faults = String.valueOf(catchThrowable(settings::check).getMessage());

    List<String> numbers =
        WHOLE_NUMBER.matcher(faults).results().map(found -> found.group(1)).toList();
    assertThat(table().map(Line::name)).containsExactlyInAnyOrderElementsOf(numbers);
  }

  private static Map<String, String> everyLine() {
    Map<String, String> environment = ConfigTest.everyPart();
    table()
        .forEach(
            line -> environment.put(Settings.variable(line.name()), String.valueOf(line.value())));
    return environment;
  }

  /** With every fault thrown. */
  private static Config read(Map<String, String> environment) {
    Settings settings = new Settings("", environment);
    Config config = Config.read(settings);
    settings.check();
    return config;
  }
}
