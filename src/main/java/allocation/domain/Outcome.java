package allocation.domain;

/** What became of a command, as its sender is told: yes, yes already, or no. */
public sealed interface Outcome {
  /** Carried out now. */
  record Accepted(Answer answer) implements Outcome {}

  /** Was carried out before; {@code answer} is how things stand. */
  record Repeated(Answer answer) implements Outcome {}

  /**
   * Not carried out.
   *
   * @param replayed it is the answer of before to the same command; things may stand otherwise now
   */
  record Refused(Refusal refusal, boolean replayed) implements Outcome {
    /** Decided now. */
    public Refused(Refusal refusal) {
      this(refusal, false);
    }
  }

  static Outcome of(Decision decision) {
    return switch (decision) {
      case Decision.Accepted yes -> new Accepted(yes.answer());
      case Decision.Repeated again -> new Repeated(again.answer());
      case Decision.Refused no -> new Refused(no.refusal());
    };
  }
}
