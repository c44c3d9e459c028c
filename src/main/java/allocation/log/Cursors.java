package allocation.log;

import io.vertx.core.Future;

/** Port: how far each follower that acts outside the database has got. */
public interface Cursors {
  /** The last position that the follower is done with; 0 at first. */
  Future<Long> read(String follower, int shard);

  /** Moves the cursor by compare-and-set; fails with {@link CursorMoved} and changes nothing. */
  Future<Void> move(String follower, int shard, long from, long to);

  /** Somebody else moved the cursor: two act as one follower. */
  final class CursorMoved extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CursorMoved(String follower, int shard, long expected) {
      super("follower=%s shard=%d is no longer at %d".formatted(follower, shard, expected));
    }
  }
}
