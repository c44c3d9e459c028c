package allocation.json;

import static allocation.given.Given.due;
import static allocation.given.Given.inStock;
import static allocation.given.Given.orderId;
import static allocation.given.Given.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.domain.Event;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts below are published: a change of one breaks whoever reads the topic. */
class EventJsonTest {
  private static final Instant AT = Instant.parse("2026-11-01T12:34:56.789123Z");

  static Stream<Arguments> published() {
    return Stream.of(
        Arguments.of(
            new BatchCreated(ref("b1"), 100, due("2026-12-01")),
            "BatchCreated",
            "\"ref\":\"b1\",\"quantity\":100,\"eta\":\"2026-12-01\""),
        Arguments.of(
            new BatchCreated(ref("b1"), 1_000_000_000, inStock()),
            "BatchCreated",
            "\"ref\":\"b1\",\"quantity\":1000000000,\"eta\":null"),
        Arguments.of(
            new BatchQuantityChanged(ref("b1"), 100, 0),
            "BatchQuantityChanged",
            "\"ref\":\"b1\",\"from\":100,\"to\":0"),
        Arguments.of(
            new BatchEtaChanged(ref("b1"), due("2026-12-01"), inStock()),
            "BatchEtaChanged",
            "\"ref\":\"b1\",\"from\":\"2026-12-01\",\"to\":null"),
        Arguments.of(
            new BatchEtaChanged(ref("b1"), inStock(), due("0001-01-01")),
            "BatchEtaChanged",
            "\"ref\":\"b1\",\"from\":null,\"to\":\"0001-01-01\""),
        Arguments.of(
            new Allocated(orderId("o1"), 10, ref("b1"), inStock(), Optional.empty()),
            "Allocated",
            "\"orderId\":\"o1\",\"quantity\":10,\"batchRef\":\"b1\",\"eta\":null"),
        Arguments.of(
            new Allocated(orderId("o1"), 10, ref("b2"), due("2026-12-01"), Optional.of(ref("b1"))),
            "Allocated",
            "\"orderId\":\"o1\",\"quantity\":10,\"batchRef\":\"b2\",\"eta\":\"2026-12-01\","
                + "\"movedFrom\":\"b1\""),
        Arguments.of(
            new Deallocated(orderId("o1"), 10, ref("b1"), Deallocated.Reason.CANCELLED),
            "Deallocated",
            "\"orderId\":\"o1\",\"quantity\":10,\"batchRef\":\"b1\",\"reason\":\"CANCELLED\""),
        Arguments.of(
            new Deallocated(orderId("o1"), 10, ref("b1"), Deallocated.Reason.BATCH_CUT),
            "Deallocated",
            "\"orderId\":\"o1\",\"quantity\":10,\"batchRef\":\"b1\",\"reason\":\"BATCH_CUT\""),
        Arguments.of(
            new OutOfStock(orderId("o1"), 10, OutOfStock.Reason.REFUSED),
            "OutOfStock",
            "\"orderId\":\"o1\",\"quantity\":10,\"reason\":\"REFUSED\""),
        Arguments.of(
            new OutOfStock(orderId("o1"), 10, OutOfStock.Reason.BATCH_CUT),
            "OutOfStock",
            "\"orderId\":\"o1\",\"quantity\":10,\"reason\":\"BATCH_CUT\""));
  }

  @ParameterizedTest
  @MethodSource("published")
  void an_event_is_written_as_it_was_published_once_and_for_all(
      Event event, String type, String fields) {
    LoggedEvent logged = logged("CHAIR", event);

    assertThat(logged.data())
        .isEqualTo(
            "{\"type\":\"%s\",\"version\":1,\"shard\":3,\"position\":41,\"sku\":\"CHAIR\",%s,"
                    .formatted(type, fields)
                + "\"at\":\"2026-11-01T12:34:56.789123Z\",\"unitId\":\"u1\","
                + "\"correlationId\":\"c1\"}");
  }

  @ParameterizedTest
  @MethodSource("published")
  void an_event_comes_back_as_it_was_written(Event event, String type, String fields) {
    LoggedEvent logged = logged("CHAIR", event);

    assertThat(EventJson.read(logged.data())).isEqualTo(logged);
    assertThat(EventJson.type(event)).isEqualTo(type);
    assertThat(logged.data()).contains(fields);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u00c5/\u212b", "\ud83e\ude91", "\"\\", "\u2028", " a b ", "\u202e", "</script>"})
  void ids_come_back_as_they_were_written(String id) {
    Event event =
        new Allocated(orderId(id), 1, ref(id), due("9999-12-31"), Optional.of(ref(id + id)));

    LoggedEvent logged =
        EventJson.logged(0, Long.MAX_VALUE, new Sku(id), event, AT, "u\"1", "c\n" + id);

    assertThat(EventJson.read(logged.data())).isEqualTo(logged);
  }

  @Test
  void a_field_that_a_later_release_adds_is_passed_over() {
    String data = created().replace("\"ref\"", "\"colour\":\"red\",\"ref\"");

    assertThat(EventJson.read(data).event()).isEqualTo(new BatchCreated(ref("b1"), 100, inStock()));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "type":"BatchCreated" | "type":"BatchBurnt"
          "type":"BatchCreated" | "type":null
          "type":"BatchCreated" | "type":1
          "type":"BatchCreated" | "kind":"BatchCreated"
          "version":1           | "version":2
          "version":1           | "version":0
          "version":1           | "version":"1"
          "version":1           | "version":1.5
          "version":1           | "version":null
          "version":1           | "revision":1
          "shard":3             | "shard":"3"
          "position":41         | "position":41.0
          "position":41         | "position":99999999999999999999
          "sku":"CHAIR"         | "sku":""
          "sku":"CHAIR"         | "sku":null
          "ref":"b1"            | "ref":1
          "ref":"b1"            | "batch":"b1"
          "quantity":100        | "quantity":"100"
          "quantity":100        | "quantity":1e400
          "quantity":100        | "quantity":4294967297
          "eta":null            | "eta":0
          "eta":null            | "eta":"soon"
          "eta":null            | "due":null
          "at":"2026            | "at":"26
          "unitId":"u1"         | "unitId":1
          "correlationId":"c1"} | "correlationId":"c1"
          "correlationId":"c1"} | "correlationId":"c1"} {}
          """)
  void what_is_not_understood_fails_and_is_never_counted_as_done(String part, String wrong) {
    assertThat(created()).contains(part);

    assertThatThrownBy(() -> EventJson.read(created().replace(part, wrong)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "7", "nonsense", "{}"})
  void what_is_no_event_at_all_fails(String data) {
    assertThatThrownBy(() -> EventJson.read(data)).isInstanceOf(IllegalArgumentException.class);
  }

  private static String created() {
    return logged("CHAIR", new BatchCreated(ref("b1"), 100, inStock())).data();
  }

  private static LoggedEvent logged(String sku, Event event) {
    return EventJson.logged(3, 41, new Sku(sku), event, AT, "u1", "c1");
  }
}
