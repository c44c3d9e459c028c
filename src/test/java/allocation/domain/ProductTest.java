package allocation.domain;

import static allocation.given.Given.CHAIR;
import static allocation.given.Given.allocate;
import static allocation.given.Given.batch;
import static allocation.given.Given.changeBatch;
import static allocation.given.Given.createBatch;
import static allocation.given.Given.deallocate;
import static allocation.given.Given.due;
import static allocation.given.Given.inStock;
import static allocation.given.Given.line;
import static allocation.given.Given.lines;
import static allocation.given.Given.noLineYet;
import static allocation.given.Given.orderId;
import static allocation.given.Given.product;
import static allocation.given.Given.ref;
import static allocation.given.Given.soldOut;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductTest {

  @Test
  void prefers_stock_in_hand_to_a_shipment_due_tomorrow() {
    Product product =
        product(batch("ship", 100, due("2026-11-02")), batch("warehouse", 100, inStock()));

    Decision decision = product.decide(allocate("o1", 10), noLineYet());

    assertThat(decision.events()).containsExactly(allocated("o1", 10, "warehouse", inStock()));
    assertThat(Outcome.of(decision))
        .isEqualTo(
            new Outcome.Accepted(new Answer.OfLine(line("o1", 10, "warehouse", 1), inStock())));
    assertThat(decision.product().batches())
        .containsExactly(
            batch("warehouse", 100, 10, inStock()), batch("ship", 100, due("2026-11-02")));
  }

  /**
   * Batches are written {@code ref free eta}; the fullwidth tilde comes before the chair in UTF-8.
   */
  @ParameterizedTest(name = "{0} wanted {1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          b1 9 here;       b2 9 2026-12-01        | 5  | b1
          b1 9 2026-12-01; b2 9 here              | 5  | b2
          b1 9 2026-12-02; b2 9 2026-12-01        | 5  | b2
          b1 9 2026-12-02; b2 9 1999-01-01        | 5  | b2
          b1 9 1999-01-01; b2 9 here              | 5  | b2
          b2 9 here;       b1 9 here              | 5  | b1
          b2 9 2026-12-01; b1 9 2026-12-01        | 5  | b1
          b2 9 here;       b10 9 here             | 5  | b10
          b 9 here;        B 9 here               | 5  | B
          ä 9 here;        z 9 here               | 5  | z
          🪑 9 here;       ～ 9 here              | 5  | ～
          b1 4 here;       b2 9 2026-12-01        | 5  | b2
          b1 4 here;       b2 4 here; b3 5 here   | 5  | b3
          b1 5 here;       b2 9 here              | 5  | b1
          b1 4 here;       b2 4 2026-12-01        | 5  | none: largest 4 of 8
          b1 0 here                               | 1  | none: largest 0 of 0
          """)
  void the_first_batch_that_holds_the_whole_quantity_gets_the_line(
      String batches, int wanted, String answer) {
    Product product = product(parse(batches));

    Decision decision = product.decide(allocate("o1", wanted), noLineYet());

    assertThat(answer(decision)).isEqualTo(answer);
  }

  @Test
  void stock_in_hand_comes_before_the_earliest_date_there_is() {
    Arrival earliest = Arrival.due(LocalDate.MIN);

    Product product = product(batch("a", 1, earliest), batch("b", 1, inStock()));

    assertThat(product.batches()).extracting(Batch::ref).containsExactly(ref("b"), ref("a"));
  }

  @Test
  void free_stock_of_many_large_batches_is_counted_beyond_an_int() {
    Product product =
        product(
            batch("b1", Quantities.MAX, 1, inStock()),
            batch("b2", Quantities.MAX, inStock()),
            batch("b3", Quantities.MAX, inStock()));

    assertThat(product.available()).isEqualTo(2_999_999_999L);
  }

  @Test
  void a_line_remembers_the_position_of_its_first_allocation() {
    Product product = product(batch("b1", 10, 3, inStock()));

    Decision decision = product.decide(allocate("o2", 4), lines(line("o1", 3, "b1", 41)));

    assertThat(Outcome.of(decision))
        .isEqualTo(new Outcome.Accepted(new Answer.OfLine(line("o2", 4, "b1", 42), inStock())));
  }

  @Test
  void a_repeated_line_is_answered_with_the_batch_it_has_now_and_writes_nothing() {
    Product product = product(batch("b1", 10, inStock()), batch("b2", 10, 4, due("2026-12-01")));

    Decision decision = product.decide(allocate("o1", 4), lines(line("o1", 4, "b2", 7)));

    assertThat(Outcome.of(decision))
        .isEqualTo(
            new Outcome.Repeated(new Answer.OfLine(line("o1", 4, "b2", 7), due("2026-12-01"))));
    changes_nothing(product, decision);
  }

  @Test
  void a_line_with_another_quantity_is_refused() {
    Product product = product(batch("b1", 10, 4, inStock()));

    Decision decision = product.decide(allocate("o1", 5), lines(line("o1", 4, "b1", 7)));

    refuses(decision, new Refusal.LineExistsWithOtherQuantity(4));
    changes_nothing(product, decision);
  }

  @Test
  void an_unknown_sku_is_refused_and_is_not_out_of_stock() {
    Product product = Product.unknown(CHAIR);

    Decision decision = product.decide(allocate("o1", 1), noLineYet());

    refuses(decision, new Refusal.UnknownSku(CHAIR));
    changes_nothing(product, decision);
  }

  /** A line of 5 wants more than the 3 that are left: the earlier check has the word. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          line of 5 | Repeated
          line of 2 | LineExistsWithOtherQuantity
          no line   | NoStock
          no batch  | UnknownSku
          """)
  void checks_run_in_the_order_repeat_existence_rule(String state, String expected) {
    Product product =
        state.equals("no batch") ? Product.unknown(CHAIR) : product(batch("b1", 8, 5, inStock()));
    Facts facts =
        switch (state) {
          case "line of 5" -> lines(line("o1", 5, "b1", 1));
          case "line of 2" -> lines(line("o1", 2, "b1", 1), line("o2", 3, "b1", 2));
          default -> noLineYet();
        };

    Outcome outcome = Outcome.of(product.decide(allocate("o1", 5), facts));

    assertThat(
            outcome instanceof Outcome.Refused(Refusal refusal, boolean replayed)
                ? refusal.getClass().getSimpleName()
                : outcome.getClass().getSimpleName())
        .isEqualTo(expected);
  }

  @Test
  void a_new_batch_is_made_with_nothing_allocated() {
    Decision decision =
        Product.unknown(CHAIR).decide(createBatch("b1", 10, due("2026-12-01")), noLineYet());

    Batch made = batch("b1", 10, due("2026-12-01"));
    assertThat(decision.events())
        .containsExactly(new BatchCreated(ref("b1"), 10, due("2026-12-01")));
    assertThat(Outcome.of(decision))
        .isEqualTo(new Outcome.Accepted(new Answer.OfBatch(CHAIR, made)));
    assertThat(decision.product().batches()).containsExactly(made);
  }

  @Test
  void a_repeated_batch_is_compared_with_what_it_was_created_with() {
    Batch changed = new Batch(ref("b1"), 7, 3, inStock(), new Batch.Created(10, due("2026-12-01")));
    Product product = product(changed);

    Decision decision =
        product.decide(createBatch("b1", 10, due("2026-12-01")), noLineYet().owner("b1", CHAIR));

    assertThat(Outcome.of(decision))
        .isEqualTo(new Outcome.Repeated(new Answer.OfBatch(CHAIR, changed)));
    changes_nothing(product, decision);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CHAIR | 11 | 2026-12-01
          CHAIR | 10 | 2026-12-02
          CHAIR | 10 | here
          CHAIR | 7  | here
          TABLE | 10 | 2026-12-01
          """)
  void a_ref_that_is_taken_by_other_content_is_refused(String owner, int quantity, String eta) {
    Batch changed = new Batch(ref("b1"), 7, 3, inStock(), new Batch.Created(10, due("2026-12-01")));
    Product product = owner.equals("CHAIR") ? product(changed) : product();

    Decision decision =
        product.decide(
            createBatch("b1", quantity, arrival(eta)), noLineYet().owner("b1", new Sku(owner)));

    refuses(decision, new Refusal.BatchExistsWithOtherContent(ref("b1")));
    changes_nothing(product, decision);
  }

  @Test
  void a_new_batch_serves_nobody_by_itself() {
    Product product = product(batch("b1", 5, 5, due("2026-12-01")));

    Decision decision =
        product.decide(createBatch("b2", 10, inStock()), lines(line("o1", 5, "b1", 1)));

    assertThat(decision.events()).containsExactly(new BatchCreated(ref("b2"), 10, inStock()));
  }

  @Test
  void a_deallocated_line_gives_its_quantity_back_and_is_forgotten() {
    Product product = product(batch("b1", 10, 4, inStock()));

    Decision decision = product.decide(deallocate("o1"), lines(line("o1", 4, "b1", 7)));

    assertThat(decision.events())
        .containsExactly(
            new Deallocated(orderId("o1"), 4, ref("b1"), Deallocated.Reason.CANCELLED));
    assertThat(Outcome.of(decision))
        .isEqualTo(new Outcome.Accepted(new Answer.OfRelease(line("o1", 4, "b1", 7))));
    assertThat(decision.product().batches()).containsExactly(batch("b1", 10, inStock()));
  }

  @Test
  void what_is_not_allocated_cannot_be_deallocated() {
    Product product = product(batch("b1", 10, inStock()));

    Decision decision = product.decide(deallocate("o1"), noLineYet());

    refuses(decision, new Refusal.NothingAllocated(orderId("o1"), CHAIR));
    changes_nothing(product, decision);
  }

  @Test
  void an_unknown_batch_cannot_be_changed() {
    Product product = product(batch("b1", 10, inStock()));

    Decision decision = product.decide(changeBatch("b2", 5), noLineYet());

    refuses(decision, new Refusal.UnknownBatch(ref("b2")));
    changes_nothing(product, decision);
  }

  @Test
  void a_raise_serves_nobody_by_itself() {
    Product product = product(batch("b1", 5, 5, inStock()), batch("b2", 9, 9, due("2026-12-01")));

    Decision decision = product.decide(changeBatch("b1", 50), lines(line("o1", 9, "b2", 1)));

    assertThat(decision.events()).containsExactly(new BatchQuantityChanged(ref("b1"), 5, 50));
    assertThat(decision.product().available()).isEqualTo(45);
  }

  @ParameterizedTest
  @CsvSource({"here, 2026-12-01", "2026-12-01, here", "2026-12-01, 1999-01-01"})
  void a_new_eta_serves_nobody_but_the_next_line(String from, String to) {
    Product product = product(batch("b1", 5, arrival(from)), batch("b2", 9, 9, due("2026-11-30")));

    Decision decision =
        product.decide(changeBatch("b1", arrival(to)), lines(line("o1", 9, "b2", 1)));

    assertThat(decision.events())
        .containsExactly(new BatchEtaChanged(ref("b1"), arrival(from), arrival(to)));
    assertThat(decision.product().batch(ref("b1")).orElseThrow().arrival()).isEqualTo(arrival(to));
  }

  @Test
  void a_new_eta_changes_the_order_of_the_batches() {
    Product product = product(batch("b1", 5, due("2026-12-01")), batch("b2", 5, due("2026-12-02")));

    Product changed = product.decide(changeBatch("b2", inStock()), noLineYet()).product();

    assertThat(answer(changed.decide(allocate("o1", 1), noLineYet()))).isEqualTo("b2");
  }

  @Test
  void a_change_to_what_is_there_already_writes_nothing() {
    Product product = product(batch("b1", 10, 4, inStock()));

    Decision decision =
        product.decide(changeBatch("b1", 10, inStock()), lines(line("o1", 4, "b1", 1)));

    assertThat(Outcome.of(decision))
        .isEqualTo(
            new Outcome.Accepted(
                new Answer.OfChange(
                    CHAIR, batch("b1", 10, 4, inStock()), List.of(), List.of(), 0, 0)));
    changes_nothing(product, decision);
  }

  @Test
  void the_first_refusal_for_want_of_stock_is_told_and_the_next_is_not() {
    Product product = product(batch("b1", 10, 8, inStock()));

    Decision first = product.decide(allocate("o1", 3), noLineYet());
    Decision second = first.product().decide(allocate("o2", 4), noLineYet());

    refuses(first, new Refusal.NoStock(2, 2));
    assertThat(first.events())
        .containsExactly(new OutOfStock(orderId("o1"), 3, OutOfStock.Reason.REFUSED));
    refuses(second, new Refusal.NoStock(2, 2));
    assertThat(second.events()).isEmpty();
  }

  /** b1 holds o1 (2) and o2 (6), b2 is full: nothing is free but 2 in b1. */
  @ParameterizedTest(name = "{0}: silent again {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a new batch                              | false
          a raise                                  | false
          a deallocation                           | false
          a cut that takes a line away and frees   | false
          a cut of what is free                    | true
          a cut that takes a line and frees as much| true
          another eta                              | true
          an allocation                            | true
          a repeat                                 | true
          a refusal                                | true
          """)
  void silence_about_a_shortage_ends_when_stock_rises(String what, boolean silent) {
    Product product = soldOut(batch("b1", 10, 8, inStock()), batch("b2", 9, 9, due("2026-12-01")));
    Facts facts = lines(line("o1", 2, "b1", 1), line("o2", 6, "b1", 2), line("o3", 9, "b2", 3));
    Command command =
        switch (what) {
          case "a new batch" -> createBatch("b3", 1, inStock());
          case "a raise" -> changeBatch("b1", 11);
          case "a deallocation" -> deallocate("o1");
          case "a cut that takes a line away and frees" -> changeBatch("b1", 7);
          case "a cut of what is free" -> changeBatch("b1", 8);
          case "a cut that takes a line and frees as much" -> changeBatch("b1", 4);
          case "another eta" -> changeBatch("b2", inStock());
          case "an allocation" -> allocate("o4", 1);
          case "a repeat" -> allocate("o1", 2);
          case "a refusal" -> allocate("o4", 3);
          default -> throw new IllegalArgumentException(what);
        };

    Product after = product.decide(command, facts).product();

    assertThat(after.shortageTold()).isEqualTo(silent);
  }

  @Test
  void a_cut_that_raises_what_is_free_and_one_that_does_not() {
    // The case above rests on these numbers: a cut by 3 and one by 6 that each take a line of 6.
    Product product = soldOut(batch("b1", 10, 8, inStock()), batch("b2", 9, 9, due("2026-12-01")));
    Facts facts = lines(line("o1", 2, "b1", 1), line("o2", 6, "b1", 2));

    assertThat(product.available()).isEqualTo(2);
    assertThat(product.decide(changeBatch("b1", 7), facts).product().available()).isEqualTo(5);
    assertThat(product.decide(changeBatch("b1", 4), facts).product().available()).isEqualTo(2);
  }

  @Test
  void events_replayed_from_nothing_give_the_batches() {
    List<Event> events =
        List.of(
            new BatchCreated(ref("b1"), 10, due("2026-12-01")),
            new BatchCreated(ref("b2"), 5, inStock()),
            allocated("o1", 5, "b2", inStock()),
            new OutOfStock(orderId("o9"), 99, OutOfStock.Reason.REFUSED),
            allocated("o2", 4, "b1", due("2026-12-01")),
            new BatchEtaChanged(ref("b1"), due("2026-12-01"), inStock()),
            new Allocated(orderId("o1"), 5, ref("b1"), inStock(), Optional.of(ref("b2"))),
            new BatchQuantityChanged(ref("b2"), 5, 0),
            new Deallocated(orderId("o2"), 4, ref("b1"), Deallocated.Reason.CANCELLED));

    Product product = Product.unknown(CHAIR);
    for (Event event : events) {
      product = product.apply(event);
    }

    assertThat(product.batches())
        .containsExactly(
            new Batch(ref("b1"), 10, 5, inStock(), new Batch.Created(10, due("2026-12-01"))),
            new Batch(ref("b2"), 0, 0, inStock(), new Batch.Created(5, inStock())));
  }

  private static void changes_nothing(Product before, Decision decision) {
    assertThat(decision.events()).isEmpty();
    assertThat(decision.product()).isEqualTo(before);
  }

  private static void refuses(Decision decision, Refusal refusal) {
    assertThat(Outcome.of(decision)).isEqualTo(new Outcome.Refused(refusal));
  }

  private static Allocated allocated(String orderId, int quantity, String ref, Arrival arrival) {
    return new Allocated(orderId(orderId), quantity, ref(ref), arrival, Optional.empty());
  }

  private static String answer(Decision decision) {
    return switch (Outcome.of(decision)) {
      case Outcome.Accepted(Answer.OfLine of) -> of.line().batchRef().value();
      case Outcome.Refused(Refusal.NoStock no, boolean replayed) ->
          "none: largest %d of %d".formatted(no.largest(), no.total());
      default -> throw new AssertionError(decision);
    };
  }

  private static Batch[] parse(String batches) {
    List<Batch> all = new ArrayList<>();
    for (String batch : batches.split(";", -1)) {
      String[] part = batch.strip().split(" ", -1);
      int free = Integer.parseInt(part[1]);
      all.add(batch(part[0], 10, 10 - free, arrival(part[2])));
    }
    return all.toArray(Batch[]::new);
  }

  private static Arrival arrival(String eta) {
    return eta.equals("here") ? inStock() : due(eta);
  }
}
