package allocation.domain;

import static allocation.given.Given.batch;
import static allocation.given.Given.inStock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be written: wrong ids and quantities. */
class ValuesTest {
  private static final String CHAIR = "\ud83e\ude91";

  static Stream<String> ids() {
    return Stream.of(
        "a",
        "...",
        " a ",
        "/",
        "A\u00c5\u212b",
        CHAIR,
        "x".repeat(100),
        CHAIR.repeat(100),
        "\u00a0");
  }

  static Stream<String> faults() {
    return Stream.of(
        "",
        ".",
        "..",
        "a\u0000",
        "\n",
        "a\u007f",
        "\u0085",
        "\ud83e",
        "\ude91\ud83e",
        "x".repeat(101),
        CHAIR.repeat(101));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void an_id_is_1_to_100_characters_of_any_kind(String id) {
    assertThat(Ids.fault(id)).isEmpty();
    assertThat(new Sku(id).value()).isEqualTo(id);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void what_is_no_id_is_none_of_any_kind(String id) {
    assertThat(Ids.fault(id)).isPresent();
    assertThatIllegalArgumentException().isThrownBy(() -> new Sku(id));
    assertThatIllegalArgumentException().isThrownBy(() -> new OrderId(id));
    assertThatIllegalArgumentException().isThrownBy(() -> new BatchRef(id));
  }

  @Test
  void ids_are_compared_exactly() {
    assertThat(new Sku("a")).isNotEqualTo(new Sku("A")).isNotEqualTo(new Sku("a "));
    assertThat(new Sku("\u00c5")).isNotEqualTo(new Sku("A\u030a"));
  }

  @Test
  void ids_are_ordered_as_their_utf_8_bytes_are() {
    List<String> ids =
        List.of(
            "", "A", "a", "a ", "aa", "b", "\u00e4", "\uff5e", CHAIR, CHAIR + "a", CHAIR + CHAIR);

    for (String left : ids) {
      for (String right : ids) {
        int bytes =
            Arrays.compareUnsigned(
                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
        assertThat(Integer.signum(Ids.compare(left, right)))
            .as("'%s' and '%s'", left, right)
            .isEqualTo(Integer.signum(bytes));
      }
    }
    assertThat(new Sku("\uff5e")).isLessThan(new Sku(CHAIR));
    assertThat(new OrderId("\uff5e")).isLessThan(new OrderId(CHAIR));
    assertThat(new BatchRef("\uff5e")).isLessThan(new BatchRef(CHAIR));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 1_000_000_001, Integer.MAX_VALUE})
  void a_quantity_out_of_bounds_is_never_a_quantity(int quantity) {
    no_quantity(() -> new Command.Allocate(new OrderId("o"), new Sku("s"), quantity));
    no_quantity(
        () -> new Command.CreateBatch(new BatchRef("b"), new Sku("s"), quantity, inStock()));
    no_quantity(() ->
        new Command.ChangeBatch(new BatchRef("b"), OptionalInt.of(quantity), Optional.empty()));
    no_quantity(
        () -> new OrderLine(new OrderId("o"), new Sku("s"), quantity, new BatchRef("b"), 1));
    no_quantity(() -> batch("b", quantity, inStock()));
  }

  @Test
  void nothing_is_a_quantity_only_for_a_batch_that_is_changed() {
    no_quantity(() -> new Command.Allocate(new OrderId("o"), new Sku("s"), 0));
    no_quantity(() -> batch("b", 0, inStock()));
    assertThat(
            new Command.ChangeBatch(new BatchRef("b"), OptionalInt.of(0), Optional.empty())
                .quantity())
        .hasValue(0);
    assertThat(batch("b", 1, inStock()).withPurchased(0).available()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 11})
  void a_batch_never_holds_more_than_it_has_nor_less_than_nothing(int allocated) {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Batch(
                new BatchRef("b"), 10, allocated, inStock(), new Batch.Created(10, inStock())))
        .withMessageContaining("was " + allocated);
  }

  private static void no_quantity(ThrowingCallable make) {
    assertThatIllegalArgumentException().isThrownBy(make).withMessageContaining("quantity must be");
  }
}
