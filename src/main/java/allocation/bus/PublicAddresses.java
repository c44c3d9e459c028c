package allocation.bus;

/**
 * The addresses for other services, in the same cluster or over the TCP bridge. Bodies are JSON
 * (docs/wire.md), so that nobody needs our classes; requests fail with a {@link PublicFailure}.
 */
public final class PublicAddresses {
  /** Request. A command; reply: what became of it. */
  public static final String COMMANDS = "allocation.public.commands";

  /** Request. A question; reply: what the views show. */
  public static final String QUERIES = "allocation.public.queries";

  /** Request. Events of a shard after a position, or the positions of all shards. */
  public static final String LOG = "allocation.public.log";

  /** Published. Events that were committed; may be lost, doubled or late: {@link #LOG} has all. */
  public static final String EVENTS = "allocation.public.events";

  private PublicAddresses() {}
}
