package allocation.handler;

/** Why a unit of work was not committed, or not known to be. */
public abstract sealed class CommitFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private CommitFailure(String why, Throwable cause) {
    super(why, cause, false, false);
  }

  /** Another writer was there first; nothing is written. */
  public static final class LostRace extends CommitFailure {
    private static final long serialVersionUID = 1L;

    public LostRace(Throwable cause) {
      super("another writer was first: " + cause.getMessage(), cause);
    }
  }

  /** A line that was taken to be new is there; nothing is written. */
  public static final class LineExists extends CommitFailure {
    private static final long serialVersionUID = 1L;

    public LineExists(Throwable cause) {
      super("a line is there already: " + cause.getMessage(), cause);
    }
  }

  /** The database refuses what is to be written; nothing is. The same again fails the same. */
  public static final class Rejected extends CommitFailure {
    private static final long serialVersionUID = 1L;

    public Rejected(Throwable cause) {
      super("refused by the database: " + cause.getMessage(), cause);
    }
  }

  /** The database could not be reached, or had no room or time; nothing is written. */
  public static final class Unavailable extends CommitFailure {
    private static final long serialVersionUID = 1L;

    public Unavailable(Throwable cause) {
      super("the database is not available: " + cause.getMessage(), cause);
    }
  }

  /** The connection died around COMMIT: written or not, {@link Ledger#wasCommitted} tells. */
  public static final class Unsettled extends CommitFailure {
    private static final long serialVersionUID = 1L;
    private final transient Effects effects;

    public Unsettled(Effects effects, Throwable cause) {
      super("the outcome is not known: " + cause.getMessage(), cause);
      this.effects = effects;
    }

    /** What was sent. */
    public Effects effects() {
      return effects;
    }
  }
}
