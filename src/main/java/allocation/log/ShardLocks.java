package allocation.log;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * Port: keeps two services on one database from both acting outside it. A lock lives as long as the
 * session that holds it.
 */
public interface ShardLocks {
  /** Takes the lock of a follower's shard, or finds it taken: then try again later. */
  Future<Optional<Held>> tryLock(String follower, int shard);

  /** A lock that was taken. */
  interface Held {
    /** Whether it still is: the session may have died. */
    boolean isHeld();

    Future<Void> release();
  }
}
