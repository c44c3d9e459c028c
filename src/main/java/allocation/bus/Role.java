package allocation.bus;

/** A part of the service that works on shards, each of which it has for itself. */
public enum Role {
  /** Decides commands. */
  HANDLER,
  /** Keeps the views up with the log; its nodes answer queries, too. */
  READ_MODEL,
  /** Publishes the log to Pulsar. */
  PUBLISHER,
  /** Publishes the original's {@code line_allocated}. */
  LINE_ALLOCATED,
  /** Writes to the buyer. */
  NOTICES
}
