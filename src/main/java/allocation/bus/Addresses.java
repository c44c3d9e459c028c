package allocation.bus;

/**
 * Every address of the event bus, with its payload, sender and receiver. All are known on their own
 * node only, but for {@link #node}.
 */
public final class Addresses {
  /**
   * Request. {@link BatchOwner} from an entrance to any handler; reply: {@link BatchOwner.Found}.
   */
  public static final String BATCH_OWNERS = "allocation.batch-owners";

  /**
   * Request. {@link Query} from an entrance to any read model; reply: its {@link View}. Or a {@link
   * QueryGroup}; reply: {@link QueryGroup.Views}.
   */
  public static final String QUERIES = "allocation.queries";

  /**
   * Published. {@link LogPositions} from the node's one poll of the log to every follower here: the
   * news that a lost nudge would have brought.
   */
  public static final String POSITIONS = "allocation.positions";

  /** Published. {@link CurrentPlacement.Placed} to those on this node who ask other nodes. */
  public static final String PLACED = "allocation.placed";

  /** Request. {@link LetGo} to the placement of this node. */
  public static final String LET_GO = "allocation.let-go";

  private Addresses() {}

  /** Request. {@link OwnShards} from the placement of this node to one instance of a role. */
  public static String own(Role role, int instance) {
    return "allocation.own.%s.%d".formatted(role, instance);
  }

  /**
   * Request, and the one address that is known to other nodes: whatever one of them sends to a
   * local address here, with the headers {@link Requests#LEFT_MS} and, for what must not come late,
   * {@link Requests#SENT_AT_MS}. Also {@link EventsCommitted} for a follower that runs here.
   */
  public static String node(String node) {
    return "allocation.node." + node;
  }

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
