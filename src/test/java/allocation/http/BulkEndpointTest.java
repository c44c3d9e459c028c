package allocation.http;

import static allocation.http.Examples.B1;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Command;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkEndpointTest {
  @RegisterExtension static final HttpService service = new HttpService();

  @Test
  void an_answer_does_not_outgrow_its_request_however_much_is_wrong() {
    String fields =
        IntStream.range(0, 100)
            .mapToObj(i -> "\"f%d\":1".formatted(i))
            .collect(Collectors.joining(","));

    Response response = bulk(Collections.nCopies(60, "{" + fields + "}").toArray(String[]::new));

    JsonNode first = response.json().path("results").path(0).path("violations");
    assertThat(first.size()).isEqualTo(11);
    assertThat(first.path(10).path("message").asText()).isEqualTo("has 93 more violations");
    assertThat(response.body().length()).isLessThan(2 * 60 * fields.length());
  }

  @Test
  void each_line_has_its_own_result_in_order() {
    service.handles(message -> {
      Command.Allocate line = (Command.Allocate) message.body().command();
      switch (line.sku().value()) {
        case "NEW" -> reply(message, new Outcome.Accepted(allocated(line)));
        case "OLD" -> reply(message, new Outcome.Repeated(allocated(line)));
        case "NONE" -> reply(message, new Outcome.Refused(new Refusal.NoStock(3, 5)));
        case "BUSY" -> CommandFailure.BUSY.reply(message, "the queue is full");
        default -> reply(message, new Outcome.Refused(new Refusal.UnknownSku(line.sku())));
      }
    });

    Response response =
        bulk(
            line("NEW", "1"),
            line("NONE", "9"),
            "{\"orderId\":\"o\",\"quantity\":1.5}",
            line("OLD", "1"),
            "7",
            line("BUSY", "1"),
            line("OTHER", "1"));

    assertThat(response.status()).isEqualTo(200);
    JsonNode results = response.json().path("results");
    assertThat(results.findValuesAsText("status"))
        .containsExactly("201", "409", "400", "200", "400", "503", "404");
    assertThat(results.get(0).toString())
        .isEqualTo(
            "{\"status\":201,\"orderId\":\"o\",\"sku\":\"NEW\",\"quantity\":1,"
                + "\"batchRef\":\"b1\",\"eta\":null,\"position\":41}");
    assertThat(results.get(1).path("largest").asInt()).isEqualTo(3);
    assertThat(results.get(2).path("violations").findValuesAsText("field"))
        .containsExactly("lines[2].sku", "lines[2].quantity");
    assertThat(results.get(4).path("violations").findValuesAsText("field"))
        .containsExactly("lines[4]");
    assertThat(results.get(5).path("type").asText()).endsWith(":busy");
    assertThat(service.commands).hasSize(5);
  }

  @Test
  void the_highest_position_of_each_shard_is_told() {
    AtomicInteger position = new AtomicInteger();
    Map<Integer, Long> highest = new TreeMap<>();
    service.handles(message -> {
      Command.Allocate line = (Command.Allocate) message.body().command();
      int shard = HttpService.SHARDS.of(line.sku());
      long at = position.incrementAndGet();
      highest.merge(shard, at, Math::max);
      message.reply(new CommandReply(shard, at, new Outcome.Accepted(allocated(line))));
    });

    Response response =
        bulk(line("A", "1"), line("B", "1"), line("A", "1"), line("C", "1"), line("B", "1"));

    assertThat(response.header("Allocation-Position"))
        .contains(
            highest.entrySet().stream()
                .map(entry -> entry.getKey() + ":" + entry.getValue())
                .collect(Collectors.joining(",")));
  }

  @Test
  void no_position_is_told_when_no_shard_was_reached() {
    Response response = bulk("{}");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("Allocation-Position")).isEmpty();
  }

  @Test
  void a_thousand_lines_are_taken_and_sent_in_order() {
    service.decides(
        command -> new Outcome.Accepted(allocated((Command.Allocate) command.command())));
    List<String> lines = new ArrayList<>();
    IntStream.range(0, 1_000).forEach(i -> lines.add(line("A", String.valueOf(i + 1))));

    Response response = bulk(lines.toArray(String[]::new));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().path("results")).hasSize(1_000);
    assertThat(service.commands)
        .extracting(CommandMessage::command)
        .extracting(command -> ((Command.Allocate) command).quantity())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 1_000).boxed().toList());
  }

  @Test
  void a_thousand_and_one_lines_are_too_many() {
    String[] lines = new String[1_001];
    Arrays.fill(lines, "1");

    Response response = bulk(lines);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("lines");
    assertThat(service.commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"lines\":null}",
        "{\"lines\":[]}",
        "{\"lines\":{}}",
        "{\"lines\":\"x\"}",
        "{\"lines\":1}"
      })
  void a_request_without_lines_is_refused_as_a_whole(String body) {
    Response response = service.post("/v1/allocations/bulk", body);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("lines");
  }

  @Test
  void an_unknown_field_beside_the_lines_is_refused_as_a_whole() {
    Response response =
        service.post(
            "/v1/allocations/bulk", "{\"lines\":[" + line("A", "1") + "],\"dryRun\":true}");

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("dryRun");
    assertThat(service.commands).isEmpty();
  }

  @Test
  void a_key_twice_in_a_line_is_named_by_its_place() {
    Response response =
        service.post("/v1/allocations/bulk", "{\"lines\":[1,{\"sku\":\"a\",\"sku\":\"b\"}]}");

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.fields()).containsExactly("lines[1].sku");
  }

  private static Response bulk(String... lines) {
    return service.post("/v1/allocations/bulk", "{\"lines\":[" + String.join(",", lines) + "]}");
  }

  private static String line(String sku, String quantity) {
    return "{\"orderId\":\"o\",\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}";
  }

  private static void reply(Message<CommandMessage> message, Outcome outcome) {
    Sku sku = message.body().sku();
    message.reply(new CommandReply(HttpService.SHARDS.of(sku), HttpService.POSITION, outcome));
  }

  private static Answer allocated(Command.Allocate line) {
    return new Answer.OfLine(
        new OrderLine(line.orderId(), line.sku(), line.quantity(), B1, 41), Arrival.inStock());
  }
}
