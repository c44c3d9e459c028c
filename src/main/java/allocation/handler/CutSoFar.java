package allocation.handler;

import allocation.domain.Answer;
import allocation.domain.BatchRef;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the steps of a cut have done until now. A cut under more lines than one unit of work can
 * take is done in several, the oldest of the lines that have to give way first, as they would be
 * placed again in one; each step leaves the batch with what its other lines need, so that nothing
 * is allocated to it between two of them.
 *
 * @param moved lines that have another batch since the first step
 * @param unallocated lines that have none since then
 */
record CutSoFar(int moved, int unallocated) {
  /** Lines of a step: with more, one turn of the event loop and one transaction would take long. */
  static final int MOST_LINES = 10_000;

  /** Nothing: as of every other command. */
  static final CutSoFar NONE = new CutSoFar(0, 0);

  boolean isNone() {
    return equals(NONE);
  }

  /** Those of the lines above a cut that give way in its next step, newest first. */
  static List<OrderLine> ofNextStep(List<OrderLine> above) {
    return isMoreThanOne(above) ? above.subList(above.size() - MOST_LINES, above.size()) : above;
  }

  /** Whether there is a step after the next. */
  static boolean isMoreThanOne(List<OrderLine> above) {
    return above.size() > MOST_LINES;
  }

  /** The next step, which is not the last. */
  static ChangeBatch step(ChangeBatch cut, int allocated, List<OrderLine> above) {
    long taken = ofNextStep(above).stream().mapToLong(OrderLine::quantity).sum();
    int kept = Math.toIntExact(allocated - taken);
    int quantity = Math.max(kept, cut.quantity().orElseThrow());
    BatchRef ref = cut.ref();
    return new ChangeBatch(ref, OptionalInt.of(quantity), cut.arrival());
  }

  /** With what one more step was answered. */
  CutSoFar and(Outcome step) {
    return step instanceof Outcome.Accepted(Answer.OfChange change)
        ? new CutSoFar(moved + change.movedCount(), unallocated + change.unallocatedCount())
        : this;
  }

  /** The answer of the last step as that of all of them. */
  Outcome whole(Outcome last) {
    return !isNone() && last instanceof Outcome.Accepted(Answer.OfChange change)
        ? new Outcome.Accepted(
            new Answer.OfChange(
                change.sku(),
                change.batch(),
                List.of(),
                List.of(),
                moved + change.movedCount(),
                unallocated + change.unallocatedCount()))
        : last;
  }
}
