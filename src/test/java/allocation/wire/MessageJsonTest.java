package allocation.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandResult;
import allocation.bus.EventsCommitted;
import allocation.bus.LocalMessage;
import allocation.bus.Unreadable;
import allocation.given.RandomCommands;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageJsonTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  static LongStream seeds() {
    return RandomCommands.seeds(50);
  }

  /** Every class that a message can be, as the sealed types say. */
  static Stream<Class<?>> messageClasses() {
    return leaves(BusMessage.class)
        .filter(type -> type != Unreadable.class && !LocalMessage.class.isAssignableFrom(type));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void every_message_comes_back_as_it_was_sent(long seed) {
    RandomMessages random = new RandomMessages(seed);
    for (int i = 0; i < 20; i++) {
      random
          .makers()
          .forEach((type, maker) -> {
            BusMessage message = maker.get();
            assertThat(sentAndRead(message)).as("-Dseed=%d", seed).isEqualTo(message);
          });
    }
  }

  @Test
  void every_class_of_message_is_among_them() {
    assertThat(Set.<Class<?>>copyOf(new RandomMessages(1).makers().keySet()))
        .containsExactlyInAnyOrderElementsOf(messageClasses().toList());
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void what_a_later_version_added_is_ignored(long seed) {
    RandomMessages random = new RandomMessages(seed);
    random
        .makers()
        .forEach((type, maker) -> {
          BusMessage message = maker.get();
          JsonNode json = tree(MessageJson.of(message).bytes());
          ((ObjectNode) json).put("v", 7);
          addEverywhere(json);

          assertThat(MessageJson.read(json.toString().getBytes(UTF_8)))
              .as("-Dseed=%d", seed)
              .isEqualTo(message);
        });
  }

  @Test
  void events_keep_the_very_bytes_of_the_log() {
    EventsCommitted nudge =
        (EventsCommitted) new RandomMessages(3).makers().get(EventsCommitted.class).get();

    EventsCommitted read = (EventsCommitted) sentAndRead(nudge);

    assertThat(read.events()).isNotEmpty();
    for (int i = 0; i < nudge.events().size(); i++) {
      assertThat(read.events().get(i).data()).isEqualTo(nudge.events().get(i).data());
    }
  }

  @Test
  void a_failure_of_a_later_version_is_an_unknown_outcome() {
    assertThat(
            read(
                """
                {"v":2,"type":"CommandGroup.Results","results":[{"failure":"TIRED"}]}\
                """))
        .isEqualTo(
            new CommandGroup.Results(List.of(new CommandResult.NotDone(CommandFailure.UNKNOWN))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "7",
        "{",
        "{}",
        "{} {}",
        "nonsense",
        "{\"type\":\"LogPositions\",\"positions\":{}}",
        "{\"v\":0,\"type\":\"LogPositions\",\"positions\":{}}",
        "{\"v\":\"1\",\"type\":\"LogPositions\",\"positions\":{}}",
        "{\"v\":1}",
        "{\"v\":1,\"type\":7}",
        "{\"v\":1,\"type\":\"NewThing\"}",
        "{\"v\":1,\"type\":\"LogPositions\"}",
        "{\"v\":1,\"type\":\"LogPositions\",\"positions\":[]}",
        "{\"v\":1,\"type\":\"LogPositions\",\"positions\":{\"-1\":1}}",
        "{\"v\":1,\"type\":\"LogPositions\",\"positions\":{\"1\":1.5}}",
        "{\"v\":1,\"type\":\"LogPositions\",\"positions\":{\"1\":99999999999999999999}}",
        "{\"v\":1,\"type\":\"BatchOwner\",\"ref\":\"\"}",
        "{\"v\":1,\"type\":\"BatchOwner\",\"ref\":null}",
        "{\"v\":1,\"type\":\"BatchOwner.Found\"}",
        "{\"v\":1,\"type\":\"CommandGroup\",\"commands\":[]}",
        "{\"v\":1,\"type\":\"CommandGroup\",\"commands\":[7]}",
        "{\"v\":1,\"type\":\"CommandReply\",\"shard\":1,\"position\":2,\"outcome\":{}}",
        "{\"v\":1,\"type\":\"CommandReply\",\"shard\":1,\"position\":2,\"outcome\":"
            + "{\"outcome\":\"refused\",\"refusal\":\"NoStock\",\"largest\":\"x\",\"total\":1}}",
        "{\"v\":1,\"type\":\"Query\",\"query\":{\"type\":\"Weather\"}}",
        "{\"v\":1,\"type\":\"Query\",\"query\":{\"type\":\"Products\",\"limit\":0}}",
        "{\"v\":1,\"type\":\"View\",\"view\":{\"type\":\"Sunset\"}}",
        "{\"v\":1,\"type\":\"EventsCommitted\",\"shard\":1,\"first\":1,\"last\":1,"
            + "\"events\":[\"{}\"]}",
        "{\"v\":1,\"type\":\"EventsCommitted\",\"shard\":1,\"first\":1,\"last\":1,\"events\":[7]}"
      })
  void what_is_no_message_of_ours_is_unreadable_and_says_why(String json) {
    assertThat(read(json))
        .isInstanceOfSatisfying(
            Unreadable.class, unreadable -> assertThat(unreadable.why()).isNotBlank());
  }

  @Test
  void the_reason_names_the_place() {
    assertThat(
            read(
                """
                {"v":1,"type":"CommandMessage","sku":"CHAIR",
                 "command":{"type":"Allocate","orderId":"o","sku":"CHAIR","quantity":0},
                 "key":{"scope":"s","id":"i"},"correlationId":"c","deadline":"tomorrow"}\
                """))
        .isEqualTo(
            new Unreadable(
                "command.quantity must be an integer from 1 to 1000000000; "
                    + "deadline must be a time, e.g. 2026-12-31T23:59:59Z"));
  }

  @Test
  void the_reason_is_short_however_long_the_message_was() {
    String json = "{\"v\":1,\"type\":\"%s\"}".formatted("x".repeat(10_000));

    assertThat(((Unreadable) read(json)).why()).hasSizeLessThanOrEqualTo(300);
  }

  private static BusMessage sentAndRead(BusMessage message) {
    return MessageJson.read(MessageJson.of(message).bytes());
  }

  private static BusMessage read(String json) {
    return MessageJson.read(json.getBytes(UTF_8));
  }

  private static void addEverywhere(JsonNode json) {
    json.properties().stream()
        // Positions have shards for names, no fields.
        .filter(field -> !field.getKey().equals("positions"))
        .map(Map.Entry::getValue)
        .forEach(MessageJsonTest::addEverywhere);
    if (json instanceof ObjectNode object) {
      object.put("addedLater", true);
    } else {
      json.elements().forEachRemaining(MessageJsonTest::addEverywhere);
    }
  }

  private static JsonNode tree(byte[] json) {
    try {
      return MAPPER.readTree(new String(json, UTF_8));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(MessageJsonTest::leaves)
        : Stream.of(type);
  }
}
