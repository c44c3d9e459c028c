package allocation.given;

import allocation.log.ShardLocks;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Locks in memory, of one database that several services share. */
public final class InMemoryLocks implements ShardLocks {
  private final Map<String, Held> taken = new HashMap<>();

  /** Whether somebody has it. */
  public synchronized boolean isTaken(String follower, int shard) {
    return taken.containsKey(name(follower, shard));
  }

  /** As if the session that holds it had died. */
  public synchronized void lose(String follower, int shard) {
    taken.remove(name(follower, shard));
  }

  @Override
  public synchronized Future<Optional<Held>> tryLock(String follower, int shard) {
    String name = name(follower, shard);
    if (taken.containsKey(name)) {
      return Later.done(Optional::empty);
    }
    Held held = new InMemoryHeld(name);
    taken.put(name, held);
    return Later.done(() -> Optional.of(held));
  }

  private synchronized boolean holds(String name, Held held) {
    return held.equals(taken.get(name));
  }

  private synchronized void release(String name, Held held) {
    taken.remove(name, held);
  }

  private static String name(String follower, int shard) {
    return follower + " " + shard;
  }

  private final class InMemoryHeld implements Held {
    private final String name;

    InMemoryHeld(String name) {
      this.name = name;
    }

    @Override
    public boolean isHeld() {
      return holds(name, this);
    }

    @Override
    public Future<Void> release() {
      InMemoryLocks.this.release(name, this);
      return Later.<Object>done(() -> name).mapEmpty();
    }
  }
}
