package allocation.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OutcomeJsonTest {
  private static final Sku SKU = new Sku("ein \"Stuhl\" \uD83E\uDE91");
  private static final BatchRef B1 = new BatchRef("b1");
  private static final BatchRef B2 = new BatchRef("b2");
  private static final OrderId O1 = new OrderId("o1");
  private static final Arrival DUE = Arrival.due(LocalDate.of(2026, 12, 31));
  private static final OrderLine LINE = new OrderLine(O1, SKU, 7, B1, 1L << 40);
  private static final Batch BATCH =
      new Batch(B1, 9, 7, DUE, new Batch.Created(1_000_000_000, Arrival.inStock()));

  static Stream<Outcome> every_outcome() {
    Stream<Answer> answers =
        Stream.of(
            new Answer.OfBatch(SKU, BATCH),
            new Answer.OfBatch(SKU, Batch.of(B2, 3, Arrival.inStock())),
            new Answer.OfLine(LINE, DUE),
            new Answer.OfLine(LINE, Arrival.inStock()),
            new Answer.OfRelease(LINE),
            new Answer.OfChange(SKU, BATCH, List.of(), List.of(), 0, 0),
            new Answer.OfChange(SKU, BATCH, List.of(), List.of(), 900, 101),
            new Answer.OfChange(
                SKU,
                BATCH,
                List.of(new Answer.Moved(O1, B1, B2), new Answer.Moved(new OrderId("o2"), B1, B2)),
                List.of(new Answer.Unallocated(O1, 4)),
                2,
                1));
    Stream<Refusal> refusals =
        Stream.of(
            new Refusal.KeyReused(),
            new Refusal.BatchExistsWithOtherContent(B1),
            new Refusal.LineExistsWithOtherQuantity(5),
            new Refusal.UnknownSku(SKU),
            new Refusal.UnknownBatch(B2),
            new Refusal.NothingAllocated(O1, SKU),
            new Refusal.NoStock(3, 1L << 33));
    return Stream.concat(
        answers.flatMap(
            answer -> Stream.of(new Outcome.Accepted(answer), new Outcome.Repeated(answer))),
        refusals.map(Outcome.Refused::new));
  }

  @ParameterizedTest
  @MethodSource("every_outcome")
  void an_outcome_comes_back_as_it_was_written(Outcome outcome) {
    assertThat(OutcomeJson.read(OutcomeJson.write(outcome))).isEqualTo(outcome);
  }

  @Test
  void what_is_not_an_outcome_is_refused_loudly() {
    for (String text : List.of("", "{}", "[]", "nonsense", "{\"outcome\":\"maybe\"}")) {
      assertThatIllegalArgumentException().isThrownBy(() -> OutcomeJson.read(text));
    }
  }

  @Test
  void a_fingerprint_tells_commands_apart() {
    List<Command> commands =
        List.of(
            new Command.CreateBatch(B1, SKU, 5, Arrival.inStock()),
            new Command.CreateBatch(B1, SKU, 5, DUE),
            new Command.ChangeBatch(B1, OptionalInt.of(5), Optional.empty()),
            new Command.ChangeBatch(B1, OptionalInt.of(5), Optional.of(Arrival.inStock())),
            new Command.ChangeBatch(B1, OptionalInt.empty(), Optional.of(Arrival.inStock())),
            new Command.ChangeBatch(B1, OptionalInt.empty(), Optional.of(DUE)),
            new Command.Allocate(new OrderId("a"), new Sku("b"), 1),
            new Command.Deallocate(new OrderId("a\",\"b"), new Sku("c")),
            new Command.Deallocate(new OrderId("a"), new Sku("b\",\"c")));

    assertThat(commands.stream().map(Fingerprint::of)).doesNotHaveDuplicates();
  }

  @Test
  void a_fingerprint_is_the_same_for_good() {
    Command command =
        new Command.ChangeBatch(B1, OptionalInt.of(5), Optional.of(Arrival.inStock()));

    assertThat(Fingerprint.of(command)).isEqualTo("[\"ChangeBatch\",\"b1\",5,\"in-stock\"]");
  }
}
