package allocation.given;

import allocation.domain.Answer;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;

/** Outcomes as the {@link ReferenceModel} tells them: without positions in the log. */
public final class Outcomes {
  private Outcomes() {}

  public static Outcome withoutPosition(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted yes -> new Outcome.Accepted(withoutPosition(yes.answer()));
      case Outcome.Repeated again -> new Outcome.Repeated(withoutPosition(again.answer()));
      case Outcome.Refused no -> no;
    };
  }

  public static OrderLine withoutPosition(OrderLine line) {
    return new OrderLine(line.orderId(), line.sku(), line.quantity(), line.batchRef(), 0);
  }

  private static Answer withoutPosition(Answer answer) {
    return switch (answer) {
      case Answer.OfLine of -> new Answer.OfLine(withoutPosition(of.line()), of.arrival());
      case Answer.OfRelease of -> new Answer.OfRelease(withoutPosition(of.line()));
      case Answer.OfBatch of -> of;
      case Answer.OfChange of -> of;
    };
  }
}
