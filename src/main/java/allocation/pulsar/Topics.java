package allocation.pulsar;

/** The names of the topics; published for good. */
public final class Topics {
  /** Facts out, one partition for each shard. */
  public static final String EVENTS = "allocation-events";

  /** The original's facts out: lines that were allocated. */
  public static final String LINE_ALLOCATED = "line_allocated";

  /** Commands in. */
  public static final String COMMANDS = "allocation-commands";

  /** The original's commands in. */
  public static final String CHANGE_BATCH_QUANTITY = "change_batch_quantity";

  private Topics() {}

  /** Where messages go that cannot be carried out. */
  public static String deadLetter(String topic) {
    return topic + "-dead-letter";
  }
}
