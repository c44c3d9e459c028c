package allocation.json;

import static allocation.given.Decoding.attempt;
import static allocation.given.Decoding.holds;
import static allocation.given.Decoding.same;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.bus.Query;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.LoggedEvent;
import allocation.domain.Outcome;
import allocation.given.Seeds;
import allocation.json.CommandJson.BulkLine;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies of HTTP requests, payloads of Pulsar, and what is stored. */
final class JsonFuzzTest {
  private static final BatchRef REF = new BatchRef("b1");

  static Stream<byte[]> bodies() {
    return Seeds.json(
        """
        {"ref":"b1","sku":"s","quantity":5,"eta":"2026-12-31"}\
        """,
        """
        {"ref":"b1","sku":"s","qty":5,"eta":null}\
        """,
        """
        {"quantity":0,"eta":"2026-12-31"}\
        """,
        """
        {"orderId":"o1","sku":"s","quantity":5}\
        """,
        """
        {"orderid":"o1","sku":"s","qty":5}\
        """,
        """
        {"lines":[{"orderId":"o1","sku":"s","quantity":5},{"orderId":"o2","sku":"s","quantity":7}]}\
        """);
  }

  @MethodSource("bodies")
  @FuzzTest(maxDuration = "1m")
  void strict_json(byte[] text) {
    holds(() -> StrictJson.read(text), json -> StrictJson.read(json.toString()));
  }

  @MethodSource("bodies")
  @FuzzTest(maxDuration = "1m")
  void bodies(byte[] body) {
    command(() -> CommandJson.createBatch(body));
    command(() -> CommandJson.addBatch(body));
    command(() -> CommandJson.changeBatch(body).apply(REF));
    command(() -> CommandJson.allocate(body));
    command(() -> CommandJson.originalAllocate(body));
    attempt(() -> CommandJson.allocateInBulk(body), BadInput.class).stream()
        .flatMap(lines -> lines.stream())
        .forEach(line -> {
          switch (line) {
            case BulkLine.Understood understood -> command(understood::command);
            case BulkLine.Faulty faulty ->
                attempt(
                    () -> {
                      throw faulty.fault();
                    },
                    BadInput.class);
          }
        });
  }

  static Stream<byte[]> messages() {
    return Seeds.json(
        """
        {"type":"CreateBatch","ref":"b1","sku":"s","quantity":5,"eta":"2026-12-31"}\
        """,
        """
        {"type":"ChangeBatch","ref":"b1","quantity":5,"eta":null}\
        """,
        """
        {"type":"Allocate","orderId":"o1","sku":"s","quantity":5}\
        """,
        """
        {"type":"Deallocate","orderId":"o1","sku":"s"}\
        """,
        """
        {"batchref":"b1","qty":0}\
        """);
  }

  @MethodSource("messages")
  @FuzzTest(maxDuration = "1m")
  void messages_of_pulsar(byte[] message) {
    command(() -> CommandJson.read(message));
    command(() -> CommandJson.changeBatchQuantity(message));
  }

  static Stream<byte[]> questions() {
    return Seeds.json(
        """
        {"type":"OrderAllocations","orderId":"o1","freshness":{"type":"Committed"}}\
        """,
        """
        {"type":"ProductBySku","sku":"s","freshness":{"type":"Any"}}\
        """,
        """
        {"type":"Products","after":"s","limit":5,"freshness":{"type":"AtLeast","positions":{"3":41}}}\
        """,
        """
        {"type":"BatchByRef","ref":"b1"}\
        """);
  }

  @MethodSource("questions")
  @FuzzTest(maxDuration = "1m")
  void questions(byte[] text) {
    Function<JsonNode, Query> read = json -> QueryJson.read(Fields.of(json));
    holds(
        () -> read.apply(StrictJson.read(text)),
        query -> read.apply(StrictJson.read(QueryJson.of(query).bytes())));
  }

  static Stream<byte[]> events() {
    String rest =
        """
        ,"at":"2026-01-01T00:00:00Z","unitId":"u","correlationId":"c"}\
        """;
    return Seeds.json(
        """
        {"type":"BatchCreated","version":1,"shard":3,"position":41,"sku":"s","ref":"b1","quantity":5,"eta":null\
        """
            + rest,
        """
        {"type":"BatchQuantityChanged","version":1,"shard":3,"position":41,"sku":"s","ref":"b1","from":5,"to":7\
        """
            + rest,
        """
        {"type":"BatchEtaChanged","version":1,"shard":3,"position":41,"sku":"s","ref":"b1","from":null,"to":"2026-12-31\"\
        """
            + rest,
        """
        {"type":"Allocated","version":1,"shard":3,"position":41,"sku":"s","orderId":"o","quantity":5,"batchRef":"b1","eta":"2026-12-31","movedFrom":"b2\"\
        """
            + rest,
        """
        {"type":"Deallocated","version":1,"shard":3,"position":41,"sku":"s","orderId":"o","quantity":5,"batchRef":"b1","reason":"REQUESTED\"\
        """
            + rest,
        """
        {"type":"OutOfStock","version":1,"shard":3,"position":41,"sku":"s","orderId":"o","quantity":5,"reason":"REFUSED\"\
        """
            + rest);
  }

  @MethodSource("events")
  @FuzzTest(maxDuration = "1m")
  void events(byte[] text) {
    String data = new String(text, UTF_8);
    attempt(() -> EventJson.read(data), IllegalArgumentException.class)
        .ifPresent(event -> {
          LoggedEvent again = EventJson.read(written(event).data());
          same(written(event), again);
          same(written(event), written(again));
        });
  }

  private static LoggedEvent written(LoggedEvent event) {
    return EventJson.logged(
        event.shard(),
        event.position(),
        event.sku(),
        event.event(),
        event.at(),
        event.unitId(),
        event.correlationId());
  }

  static Stream<byte[]> outcomes() {
    String batch =
        """
        {"ref":"b1","purchased":20,"allocated":2,"eta":"2026-12-31","createdQuantity":20,"createdEta":null}\
        """;
    String line =
        """
        {"orderId":"o1","sku":"s","quantity":2,"batchRef":"b1","position":41}\
        """;
    return Seeds.json(
        "{\"outcome\":\"accepted\",\"answer\":\"batch\",\"sku\":\"s\",\"batch\":" + batch + "}",
        "{\"outcome\":\"repeated\",\"answer\":\"line\",\"line\":" + line + ",\"eta\":null}",
        "{\"outcome\":\"accepted\",\"answer\":\"release\",\"line\":" + line + "}",
        "{\"outcome\":\"accepted\",\"answer\":\"change\",\"sku\":\"s\",\"batch\":"
            + batch
            + """
            ,"moved":[{"orderId":"o1","from":"b1","to":"b2"}]\
            ,"unallocated":[{"orderId":"o2","quantity":12}]\
            ,"movedCount":1,"unallocatedCount":1}\
            """,
        """
        {"outcome":"refused","refusal":"NoStock","largest":8,"total":11}\
        """,
        """
        {"outcome":"refused","refusal":"NothingAllocated","orderId":"o1","sku":"s"}\
        """);
  }

  @MethodSource("outcomes")
  @FuzzTest(maxDuration = "1m")
  void outcomes(byte[] text) {
    Function<String, Outcome> read = OutcomeJson::read;
    holds(
        () -> read.apply(new String(text, UTF_8)),
        IllegalArgumentException.class,
        outcome -> read.apply(OutcomeJson.write(outcome)));
  }

  private static Optional<Command> command(Supplier<Command> read) {
    return holds(read, command -> CommandJson.read(CommandJson.of(command).bytes()));
  }
}
