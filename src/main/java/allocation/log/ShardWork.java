package allocation.log;

import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a follower does with the events of one shard. Calls for one shard never overlap. When one
 * fails, {@link #end} is called, and after a pause {@link #begin} again.
 */
public interface ShardWork {
  /**
   * Makes ready; completes with the position after which to go on. Empty: another service does this
   * shard; the follower asks again about a second later.
   */
  Future<OptionalLong> begin(int shard);

  /**
   * Acts on events that follow {@code cursor} without a gap. Completes with the new cursor, which
   * is elsewhere if another service was there.
   */
  Future<Long> apply(int shard, long cursor, List<LoggedEvent> events);

  /** Somebody waits for what was given to {@link #apply} last. */
  default void hurry() {}

  /** Most milliseconds between a failure and the next try; the first pauses are shorter. */
  default long longestPauseMs() {
    return 5_000;
  }

  /** Lets go of the shard. Called also after a failed begin; never fails. */
  Future<Void> end(int shard);
}
