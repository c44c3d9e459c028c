package allocation.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands as messages; as HTTP bodies they are tested through HTTP. */
class CommandJsonTest {
  @Test
  void every_command_is_read_from_a_message() {
    assertThat(
            List.of(
                read(
                    "{\"type\":\"CreateBatch\",\"ref\":\"b\",\"sku\":\"s\",\"quantity\":1,"
                        + "\"eta\":\"2026-12-31\"}"),
                read("{\"type\":\"ChangeBatch\",\"ref\":\"b\",\"quantity\":0}"),
                read("{\"type\":\"ChangeBatch\",\"ref\":\"b\",\"eta\":null}"),
                read("{\"type\":\"Allocate\",\"orderId\":\"o\",\"sku\":\"s\",\"quantity\":1}"),
                read("{\"orderId\":\"o\",\"sku\":\"s\",\"type\":\"Deallocate\"}")))
        .containsExactly(
            new Command.CreateBatch(
                new BatchRef("b"), new Sku("s"), 1, Arrival.due(LocalDate.of(2026, 12, 31))),
            new Command.ChangeBatch(new BatchRef("b"), OptionalInt.of(0), Optional.empty()),
            new Command.ChangeBatch(
                new BatchRef("b"), OptionalInt.empty(), Optional.of(Arrival.inStock())),
            new Command.Allocate(new OrderId("o"), new Sku("s"), 1),
            new Command.Deallocate(new OrderId("o"), new Sku("s")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                          | type
          {"type":null}                                               | type
          {"type":"Destroy"}                                          | type
          {"type":"allocate","orderId":"o","sku":"s","quantity":1}    | type
          {"type":"ChangeBatch","ref":"b"}                            | body
          {"type":"ChangeBatch","quantity":1}                         | ref
          {"type":"Deallocate","orderId":"o","sku":"s","quantity":1}  | quantity
          {"type":"Allocate","orderId":"o","sku":"s","qty":1}         | quantity,qty
          not json                                                    | body
          """)
  void a_message_that_is_no_command_is_refused_with_the_reason(String message, String fields) {
    assertThatExceptionOfType(BadInput.class)
        .isThrownBy(() -> read(message))
        .satisfies(bad -> {
          assertThat(bad.violations())
              .extracting(Violation::field)
              .containsExactly(fields.split(",", -1));
          assertThat(bad).hasMessageContaining(fields.split(",", -1)[0]);
        });
  }

  @Test
  void the_originals_message_changes_what_was_purchased() {
    assertThat(CommandJson.changeBatchQuantity(utf8("{\"batchref\":\"b\",\"qty\":5}")))
        .isEqualTo(new Command.ChangeBatch(new BatchRef("b"), OptionalInt.of(5), Optional.empty()));
    assertThatExceptionOfType(BadInput.class)
        .isThrownBy(() -> CommandJson.changeBatchQuantity(utf8("{\"batchref\":\"b\",\"qty\":-1}")))
        .withMessageStartingWith("qty must be an integer");
  }

  @Test
  void a_violation_is_fit_to_print_whatever_the_caller_wrote() {
    Violation violation = new Violation("a\n\uD800" + "x".repeat(500), "m");

    assertThat(violation.field()).startsWith("a\uFFFD\uFFFDx").hasSize(120);
  }

  private static Command read(String message) {
    return CommandJson.read(utf8(message));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
