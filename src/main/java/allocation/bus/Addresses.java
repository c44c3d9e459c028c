package allocation.bus;

/** Every address of the event bus, with its payload, sender and receiver. */
public final class Addresses {
  /**
   * Request. {@link BatchOwner} from an entrance to any handler; reply: {@link BatchOwner.Found}.
   */
  public static final String BATCH_OWNERS = "allocation.batch-owners";

  /**
   * Request. {@link Query} from http to any read model; reply: its {@link View}. Or a {@link
   * QueryGroup}; reply: {@link QueryGroup.Views}.
   */
  public static final String QUERIES = "allocation.queries";

  /**
   * Published. {@link LogPositions} from the node's one poll of the log to every follower here: the
   * news that a lost nudge would have brought.
   */
  public static final String POSITIONS = "allocation.positions";

  private Addresses() {}

  /**
   * Request. {@link CommandMessage} from an entrance to its shard's one handler; reply: {@link
   * CommandReply}. Or a {@link CommandGroup} of the shard; reply: {@link CommandGroup.Results}.
   */
  public static String commands(int shard) {
    return "allocation.commands." + shard;
  }

  /** Published. {@link EventsCommitted} from the handler to the shard's followers; may be lost. */
  public static String events(int shard) {
    return "allocation.events." + shard;
  }
}
