package allocation.handler;

import allocation.bus.Shards;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Units of work that are sent and not known to stand. Memory has what they will leave already, so
 * that the next one can be decided on it and sent behind them; when one falls, all that were sent
 * behind it fall with it.
 */
final class Ahead {
  private final ProductMemory memory;
  private final Shards shards;
  private final Deque<UnitOfWork> sent = new ArrayDeque<>();

  Ahead(ProductMemory memory, Shards shards) {
    this.memory = memory;
    this.shards = shards;
  }

  /** The one that the next one has to be sent behind. */
  Optional<UnitOfWork> last() {
    return Optional.ofNullable(sent.peekLast());
  }

  /** It goes out, decided on what memory has. */
  void send(UnitOfWork unit) {
    sent.addLast(unit);
    memory.learn(unit, shards);
  }

  /** It is written. */
  void stands(UnitOfWork unit) {
    sent.remove(unit);
  }

  /**
   * It is not written, or not known to be: takes it out of memory, and all that are behind it.
   *
   * @param memoryWasRight whether what it was decided on is so; else its shards are forgotten
   * @return false when it had fallen already, with one before it
   */
  boolean falls(UnitOfWork unit, boolean memoryWasRight) {
    if (!sent.contains(unit)) {
      return false;
    }
    UnitOfWork last;
    do {
      last = sent.removeLast();
      if (memoryWasRight) {
        memory.unlearn(last, shards);
      } else {
        last.loaded().positions().keySet().forEach(memory::forget);
      }
    } while (last != unit);
    return true;
  }
}
