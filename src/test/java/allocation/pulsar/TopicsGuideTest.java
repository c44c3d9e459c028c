package allocation.pulsar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.json.CommandJson;
import allocation.json.EventJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide to the topics shows what is written and read, all of it. */
class TopicsGuideTest {
  private static final Path GUIDE = Path.of("docs/topics.md");
  private static final Path CODE = Path.of("src/main/java/allocation/pulsar/CommandMessages.java");

  @Test
  void its_events_are_written_like_that_and_every_type_and_reason_is_shown() throws IOException {
    List<String> shown = examples("{\"type\":\"[A-Za-z]+\",\"version\".*");
    Set<Object> kinds = new TreeSet<>();
    for (String text : shown) {
      LoggedEvent read = EventJson.read(text);
      assertThat(
              EventJson.logged(
                      read.shard(),
                      read.position(),
                      read.sku(),
                      read.event(),
                      read.at(),
                      read.unitId(),
                      read.correlationId())
                  .data())
          .isEqualTo(text);
      kinds.add(kind(read.event()));
    }

    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "BatchCreated",
            "BatchQuantityChanged",
            "BatchEtaChanged",
            "Allocated",
            "Allocated moved",
            "Deallocated CANCELLED",
            "Deallocated BATCH_CUT",
            "OutOfStock REFUSED",
            "OutOfStock BATCH_CUT");
  }

  private static String kind(Event event) {
    String type = EventJson.type(event);
    return switch (event) {
      case Event.Allocated e when e.movedFrom().isPresent() -> type + " moved";
      case Event.Deallocated e -> type + " " + e.reason();
      case Event.OutOfStock e -> type + " " + e.reason();
      default -> type;
    };
  }

  @Test
  void its_commands_are_read_and_every_type_is_shown() throws IOException {
    List<String> shown = examples("{\"type\":\"[A-Za-z]+\",\"(?!version).*");

    assertThat(shown)
        .allSatisfy(text ->
            assertThat(new String(CommandJson.of(command(text)).bytes(), UTF_8)).isEqualTo(text));
    assertThat(shown.stream().map(text -> command(text).getClass()).collect(Collectors.toSet()))
        .isEqualTo(Set.of(Command.class.getPermittedSubclasses()));
  }

  private static Command command(String text) {
    return CommandJson.read(text.getBytes(UTF_8));
  }

  @Test
  void the_originals_messages_are_read_and_written_like_that() throws IOException {
    assertThat(examples("{\"batchref\".*"))
        .singleElement()
        .satisfies(text ->
            assertThat(CommandJson.changeBatchQuantity(text.getBytes(UTF_8)).quantity())
                .hasValue(5));
    LoggedEvent allocated = EventJson.read(examples("{\"type\":\"Allocated\",.*").getFirst());
    assertThat(examples("{\"orderid\".*"))
        .containsExactly(PulsarLineAllocatedTopic.message(allocated).orElseThrow().text());
  }

  /** By the source: a reason that is added there has to be explained here. */
  @Test
  void every_reason_of_a_dead_letter_is_explained() throws IOException {
    String code = Files.readString(CODE);
    Set<String> reasons =
        Stream.of("Verdict\\.Dead\\(\\s*\"([a-z-]+)\"", "dead\\(\\s*\"([a-z-]+)\"")
            .flatMap(pattern -> Pattern.compile(pattern).matcher(code).results())
            .map(found -> found.group(1))
            .collect(Collectors.toSet());

    assertThat(reasons).hasSize(9);
    assertThat(Files.readString(GUIDE)).contains(reasons.stream().map(r -> "`" + r + "`").toList());
  }

  private static List<String> examples(String pattern) throws IOException {
    return Files.readString(GUIDE)
        .lines()
        .filter(line -> line.matches(pattern.replace("{", "\\{")))
        .toList();
  }
}
