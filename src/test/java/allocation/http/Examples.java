package allocation.http;

import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import java.time.LocalDate;
import java.util.List;

/** What the stand-ins answer. */
final class Examples {
  static final Sku SKU = new Sku("SMALL-TABLE");
  static final BatchRef B1 = new BatchRef("b1");
  static final BatchRef B2 = new BatchRef("b2");
  static final OrderId O1 = new OrderId("o1");
  static final Arrival DUE = Arrival.due(LocalDate.of(2026, 12, 31));
  static final Answer BATCH = new Answer.OfBatch(SKU, batch(B1, 20, 2, DUE));
  static final Answer LINE =
      new Answer.OfLine(new OrderLine(O1, SKU, 2, B1, 41), Arrival.inStock());
  static final Answer RELEASE = new Answer.OfRelease(new OrderLine(O1, SKU, 2, B1, 41));
  static final Answer CHANGE =
      new Answer.OfChange(
          SKU,
          batch(B1, 5, 3, Arrival.inStock()),
          List.of(new Answer.Moved(O1, B1, B2)),
          List.of(new Answer.Unallocated(new OrderId("o2"), 12)),
          1,
          1);

  private Examples() {}

  static Batch batch(BatchRef ref, int purchased, int allocated, Arrival arrival) {
    return new Batch(ref, purchased, allocated, arrival, new Batch.Created(20, arrival));
  }

  static Outcome accepted(Answer answer) {
    return new Outcome.Accepted(answer);
  }

  static Outcome repeated(Answer answer) {
    return new Outcome.Repeated(answer);
  }

  static Outcome refused(Refusal refusal) {
    return new Outcome.Refused(refusal);
  }
}
