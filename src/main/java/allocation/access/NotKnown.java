package allocation.access;

/**
 * Somebody did not say who it is, or not so that it could be believed. The message is for the log
 * alone: a stranger is not told which part of a credential is right.
 */
public final class NotKnown extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean presented;

  NotKnown(boolean presented, String reason) {
    // No stack trace: strangers may be many.
    super(reason, null, false, false);
    this.presented = presented;
  }

  /** Whether there was a credential at all. */
  public boolean presented() {
    return presented;
  }
}
