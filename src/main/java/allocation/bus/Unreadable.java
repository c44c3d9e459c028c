package allocation.bus;

/**
 * Stands for a message of another node that this one cannot read: of a newer version, most likely.
 * Its receiver answers at once that it cannot, instead of leaving the sender to wait.
 *
 * @param why for the log and the sender; what is longer than a line is cut
 */
public record Unreadable(String why) implements BusMessage {
  private static final int LONGEST = 300;

  public Unreadable {
    why = why.substring(0, Math.min(why.length(), LONGEST));
  }
}
