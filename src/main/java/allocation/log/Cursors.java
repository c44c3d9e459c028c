package allocation.log;

import io.vertx.core.Future;
import java.util.List;

/** Port: how far each follower that acts outside the database has got. */
public interface Cursors {
  /** The last position that the follower is done with; 0 at first. */
  Future<Long> read(String follower, int shard);

  /**
   * Moves cursors by compare-and-set, all or none; a single one that somebody else moved fails with
   * {@link CursorMoved}.
   */
  Future<Void> move(String follower, List<Move> moves);

  /** From where to where. */
  record Move(int shard, long from, long to) {}

  /** Somebody else moved the cursor: two act as one follower. */
  final class CursorMoved extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CursorMoved(String follower, int shard, long expected) {
      super("follower=%s shard=%d is no longer at %d".formatted(follower, shard, expected));
    }
  }
}
