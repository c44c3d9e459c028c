package allocation.publisher;

import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import java.util.List;

/** Port: where facts are published. */
public interface EventTopic {
  /**
   * Opens the only outlet of a shard. Fails when the topic is away, or when another holds the
   * outlet; whether a frozen predecessor is thrown out is the topic's choice.
   */
  Future<Outlet> open(int shard);

  /** The way into the topic for one shard's facts. */
  interface Outlet {
    /** Position of the last event that the topic had when this was opened; below 1 if none. */
    long lastPosition();

    /**
     * Publishes events in their order, none of them twice. Completes when all are stored. After a
     * failure the outlet is spent: it may have stored any first part of them.
     */
    Future<Void> send(List<LoggedEvent> events);

    Future<Void> close();
  }
}
