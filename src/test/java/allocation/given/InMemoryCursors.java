package allocation.given;

import allocation.log.Cursors;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cursors in memory; anybody may move one. */
public final class InMemoryCursors implements Cursors {
  private final Map<String, Long> positions = new HashMap<>();
  private int refusals;

  /** Where the follower is now. */
  public synchronized long at(String follower, int shard) {
    return positions.getOrDefault(name(follower, shard), 0L);
  }

  /** As another service would. */
  public synchronized void set(String follower, int shard, long position) {
    positions.put(name(follower, shard), position);
  }

  /** Fails the next moves, as if the database died. */
  public synchronized void refuse(int next) {
    refusals = next;
  }

  @Override
  public Future<Long> read(String follower, int shard) {
    return Later.done(() -> at(follower, shard));
  }

  @Override
  public synchronized Future<Void> move(String follower, List<Move> moves) {
    if (refusals > 0) {
      refusals--;
      return Later.failed("the database is away");
    }
    for (Move move : moves) {
      if (at(follower, move.shard()) != move.from()) {
        return Later.done(() -> {
          throw new CursorMoved(follower, move.shard(), move.from());
        });
      }
    }
    moves.forEach(move -> set(follower, move.shard(), move.to()));
    return Later.<Object>done(() -> moves).mapEmpty();
  }

  private static String name(String follower, int shard) {
    return follower + " " + shard;
  }
}
