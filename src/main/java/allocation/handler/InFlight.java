package allocation.handler;

import allocation.bus.Shards;
import java.util.HashSet;
import java.util.Set;

/**
 * The keys that callers gave to commands which have no answer yet: one that comes again meanwhile
 * is told so. A topic brings a message again by itself; it waits its turn, and then finds the
 * answer.
 */
final class InFlight {
  private final Shards shards;
  private final Set<AnswerKey> keys = new HashSet<>();

  InFlight(Shards shards) {
    this.shards = shards;
  }

  boolean contains(Pending command) {
    return isKnownByKey(command) && keys.contains(key(command));
  }

  /** Until it is answered. */
  void add(Pending command) {
    if (isKnownByKey(command)) {
      AnswerKey key = key(command);
      keys.add(key);
      command.atEnd(() -> keys.remove(key));
    }
  }

  private AnswerKey key(Pending command) {
    return new AnswerKey(shards.of(command.sku()), command.message().key());
  }

  private static boolean isKnownByKey(Pending command) {
    return UnitOfWork.isKeyed(command.message()) && !command.message().key().isOfMessage();
  }
}
