package allocation.domain;

import static allocation.given.Given.CHAIR;
import static allocation.given.Given.batch;
import static allocation.given.Given.changeBatch;
import static allocation.given.Given.due;
import static allocation.given.Given.inStock;
import static allocation.given.Given.line;
import static allocation.given.Given.lines;
import static allocation.given.Given.orderId;
import static allocation.given.Given.product;
import static allocation.given.Given.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import allocation.domain.Answer.Moved;
import allocation.domain.Answer.Unallocated;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CutTest {
  private static final Arrival SOON = due("2026-12-01");
  private static final Arrival LATE = due("2026-12-24");

  /** Lines are {@code order quantity}, oldest first, all in b1; b2 is due and has so much free. */
  @ParameterizedTest(name = "{0}; b2 has {1}; cut to {2}: moved {3}, unallocated {4}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          o1 4, o2 3, o3 3 | 20 | 10 |            |
          o1 4, o2 3, o3 3 | 20 | 9  | o3         |
          o1 4, o2 3, o3 3 | 20 | 7  | o3         |
          o1 4, o2 3, o3 3 | 20 | 6  | o2 o3      |
          o1 4, o2 3, o3 3 | 20 | 0  | o1 o2 o3   |
          o1 4, o2 3, o3 3 | 0  | 0  |            | o1 o2 o3
          o1 4, o2 3, o3 3 | 3  | 0  | o2         | o1 o3
          o1 4, o2 3, o3 3 | 4  | 0  | o1         | o2 o3
          o1 4, o2 5, o3 1 | 20 | 5  | o2         |
          o1 4, o2 5, o3 1 | 0  | 5  |            | o2
          o1 1, o2 8, o3 1 | 2  | 9  | o3         |
          o1 9, o2 1       | 9  | 1  | o1         |
          o1 9, o2 1       | 8  | 1  |            | o1
          o1 2, o2 2, o3 2 | 3  | 3  | o2         | o3
          """)
  void the_newest_lines_give_way_and_the_oldest_of_them_choose_first(
      String allocated, int freeInB2, int quantity, String moved, String unallocated) {
    Facts facts = parse(allocated);
    int held = facts.linesAbove(ref("b1"), 0).stream().mapToInt(OrderLine::quantity).sum();
    Product product =
        product(batch("b1", held, held, inStock()), batch("b2", 30, 30 - freeInB2, SOON));

    Decision decision = product.decide(changeBatch("b1", quantity), facts);

    Answer.OfChange answer = answer(decision);
    assertThat(answer.moved()).extracting(line -> line.orderId().value()).isEqualTo(words(moved));
    assertThat(answer.unallocated())
        .extracting(line -> line.orderId().value())
        .isEqualTo(words(unallocated));
    assertThat(answer.movedCount()).isEqualTo(words(moved).size());
    assertThat(answer.unallocatedCount()).isEqualTo(words(unallocated).size());
  }

  @Test
  void a_moved_line_is_told_before_the_quantity_that_moved_it() {
    Product product = product(batch("b1", 10, 10, inStock()), batch("b2", 5, SOON));

    Decision decision =
        product.decide(changeBatch("b1", 6), lines(line("o1", 6, "b1", 1), line("o2", 4, "b1", 2)));

    assertThat(decision.events())
        .containsExactly(moved("o2", 4, "b1", "b2"), new BatchQuantityChanged(ref("b1"), 10, 6));
    assertThat(Outcome.of(decision))
        .isEqualTo(
            new Outcome.Accepted(
                new Answer.OfChange(
                    CHAIR,
                    new Batch(ref("b1"), 6, 6, inStock(), new Batch.Created(10, inStock())),
                    List.of(new Moved(orderId("o2"), ref("b1"), ref("b2"))),
                    List.of(),
                    1,
                    0)));
    assertThat(decision.product().batch(ref("b2"))).contains(batch("b2", 5, 4, SOON));
  }

  @Test
  void a_line_without_a_place_is_deallocated_and_out_of_stock() {
    Product product = product(batch("b1", 10, 10, inStock()), batch("b2", 3, SOON));

    Decision decision =
        product.decide(changeBatch("b1", 6), lines(line("o1", 6, "b1", 1), line("o2", 4, "b1", 2)));

    assertThat(decision.events())
        .containsExactly(
            new Deallocated(orderId("o2"), 4, ref("b1"), Deallocated.Reason.BATCH_CUT),
            new OutOfStock(orderId("o2"), 4, OutOfStock.Reason.BATCH_CUT),
            new BatchQuantityChanged(ref("b1"), 10, 6));
    assertThat(answer(decision).unallocated()).containsExactly(new Unallocated(orderId("o2"), 4));
    assertThat(decision.product().shortageTold()).isFalse();
  }

  @Test
  void each_line_without_a_place_is_told_even_when_a_shortage_was() {
    Product product =
        Product.of(CHAIR, List.of(batch("b1", 2, 2, inStock())), /* shortageTold= */ true);

    Decision decision =
        product.decide(changeBatch("b1", 0), lines(line("o1", 1, "b1", 1), line("o2", 1, "b1", 2)));

    assertThat(decision.events()).filteredOn(event -> event instanceof OutOfStock).hasSize(2);
  }

  @Test
  void a_line_that_returns_to_its_batch_writes_nothing() {
    // o3 makes way with o2, and finds room again where it was.
    Product product = product(batch("b1", 10, 10, inStock()), batch("b2", 9, SOON));

    Decision decision =
        product.decide(
            changeBatch("b1", 5),
            lines(line("o1", 4, "b1", 1), line("o2", 5, "b1", 2), line("o3", 1, "b1", 3)));

    assertThat(decision.events())
        .containsExactly(moved("o2", 5, "b1", "b2"), new BatchQuantityChanged(ref("b1"), 10, 5));
    assertThat(decision.product().batch(ref("b1")).orElseThrow().allocated()).isEqualTo(5);
  }

  @Test
  void age_is_the_position_of_the_first_allocation_wherever_the_line_was_meanwhile() {
    Product product = product(batch("b1", 9, 9, inStock()), batch("b2", 9, SOON));

    Decision decision =
        product.decide(
            changeBatch("b1", 8),
            lines(line("o9", 3, "b1", 1), line("o1", 3, "b1", 30), line("o5", 3, "b1", 2)));

    assertThat(answer(decision).moved()).extracting(Moved::orderId).containsExactly(orderId("o1"));
  }

  @Test
  void displaced_lines_fill_batches_in_order_of_preference() {
    Product product =
        product(batch("b1", 9, 9, inStock()), batch("late", 9, LATE), batch("soon", 4, SOON));

    Decision decision =
        product.decide(
            changeBatch("b1", 0),
            lines(line("o1", 3, "b1", 1), line("o2", 3, "b1", 2), line("o3", 3, "b1", 3)));

    assertThat(decision.events())
        .startsWith(
            moved("o1", 3, "b1", "soon"),
            new Allocated(orderId("o2"), 3, ref("late"), LATE, Optional.of(ref("b1"))),
            new Allocated(orderId("o3"), 3, ref("late"), LATE, Optional.of(ref("b1"))));
  }

  @Test
  void the_eta_changes_first_so_that_lines_leave_a_batch_that_is_late_now() {
    // With its old arrival b1 would take o2 back; now b2 comes before it.
    Product product = product(batch("b1", 10, 10, inStock()), batch("b2", 9, SOON));
    Facts facts = lines(line("o1", 4, "b1", 1), line("o2", 1, "b1", 2), line("o3", 5, "b1", 3));

    Decision eta = product.decide(changeBatch("b1", 4, LATE), facts);

    assertThat(eta.events())
        .containsExactly(
            new BatchEtaChanged(ref("b1"), inStock(), LATE),
            moved("o2", 1, "b1", "b2"),
            moved("o3", 5, "b1", "b2"),
            new BatchQuantityChanged(ref("b1"), 10, 4));
    assertThat(eta.product().batches())
        .extracting(Batch::ref)
        .containsExactly(ref("b2"), ref("b1"));
  }

  @Test
  void a_line_that_could_return_goes_to_a_batch_that_comes_first_now() {
    Product product = product(batch("b1", 10, 10, inStock()), batch("b2", 9, SOON));
    Facts facts = lines(line("o1", 4, "b1", 1), line("o2", 5, "b1", 2), line("o3", 1, "b1", 3));

    assertThat(answer(product.decide(changeBatch("b1", 5), facts)).moved())
        .extracting(Moved::orderId)
        .containsExactly(orderId("o2"));
    assertThat(answer(product.decide(changeBatch("b1", 5, LATE), facts)).moved())
        .extracting(Moved::orderId)
        .containsExactly(orderId("o2"), orderId("o3"));
  }

  @Test
  void a_cut_to_what_is_allocated_or_more_moves_nobody() {
    Product product = product(batch("b1", 10, 4, inStock()), batch("b2", 9, SOON));
    Facts facts = lines(line("o1", 4, "b1", 1));

    assertThat(product.decide(changeBatch("b1", 4), facts).events())
        .containsExactly(new BatchQuantityChanged(ref("b1"), 10, 4));
  }

  @Test
  void a_batch_that_was_cut_to_nothing_is_still_a_batch() {
    Product product = product(batch("b1", 4, 4, inStock()));

    Product after = product.decide(changeBatch("b1", 0), lines(line("o1", 4, "b1", 1))).product();

    assertThat(after.batches())
        .containsExactly(new Batch(ref("b1"), 0, 0, inStock(), new Batch.Created(4, inStock())));
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000", "1001, 0"})
  void of_more_than_a_thousand_lines_only_the_counts_are_told(int many, int listed) {
    OrderLine[] all =
        IntStream.rangeClosed(1, many)
            .mapToObj(i -> line("o" + i, 1, "b1", i))
            .toArray(OrderLine[]::new);
    Product product = product(batch("b1", many, many, inStock()), batch("b2", many - 10, SOON));

    Decision decision = product.decide(changeBatch("b1", 0), lines(all));

    Answer.OfChange answer = answer(decision);
    assertThat(answer.movedCount()).isEqualTo(many - 10);
    assertThat(answer.unallocatedCount()).isEqualTo(10);
    assertThat(answer.moved().size() + answer.unallocated().size()).isEqualTo(listed);
    assertThat(decision.events()).hasSize(many - 10 + 2 * 10 + 1);
  }

  @Test
  void every_prefix_of_the_events_fits_every_batch() {
    Product product =
        product(batch("b1", 12, 12, inStock()), batch("b2", 5, 2, SOON), batch("b3", 1, LATE));
    Facts facts =
        lines(
            line("o1", 3, "b1", 1),
            line("o2", 3, "b1", 2),
            line("o3", 5, "b1", 3),
            line("o4", 1, "b1", 4));

    Decision decision = product.decide(changeBatch("b1", 1), facts);

    Product reader = product;
    for (Event event : decision.events()) {
      // A batch that holds more than it has, or less than nothing, cannot be made.
      reader = reader.apply(event);
    }
    assertThat(reader.batches()).isEqualTo(decision.product().batches());
    assertThat(decision.events()).hasSize(1 + 2 * 2 + 1);
  }

  @Test
  void lines_that_do_not_add_up_to_what_is_allocated_are_a_bug_and_not_a_decision() {
    Product product = product(batch("b1", 10, 10, inStock()));

    assertThatIllegalStateException()
        .isThrownBy(() -> product.decide(changeBatch("b1", 5), lines(line("o1", 4, "b1", 1))))
        .withMessageContaining("b1");
  }

  private static Allocated moved(String orderId, int quantity, String from, String to) {
    return new Allocated(orderId(orderId), quantity, ref(to), SOON, Optional.of(ref(from)));
  }

  private static Answer.OfChange answer(Decision decision) {
    return switch (Outcome.of(decision)) {
      case Outcome.Accepted(Answer.OfChange change) -> change;
      default -> throw new AssertionError(decision);
    };
  }

  private static Facts parse(String allocated) {
    String[] each = allocated.split(", ", -1);
    OrderLine[] all = new OrderLine[each.length];
    for (int i = 0; i < each.length; i++) {
      String[] part = each[i].split(" ", -1);
      all[i] = line(part[0], Integer.parseInt(part[1]), "b1", i + 1);
    }
    return lines(all);
  }

  private static List<String> words(String text) {
    return text == null ? List.of() : List.of(text.split(" ", -1));
  }
}
