package allocation.pulsar;

/** What becomes of a message that came in. */
sealed interface Verdict {
  /** Carried out, now or before, or its "no" stands in the log. */
  record Done(String outcome) implements Verdict {}

  /**
   * Never to be carried out.
   *
   * @param reason stable, for programs
   * @param detail for people
   */
  record Dead(String reason, String detail) implements Verdict {}
}
