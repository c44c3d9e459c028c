package allocation.handler;

import allocation.bus.CommandKey;
import java.util.HashSet;
import java.util.Set;

/**
 * The keys that callers gave to commands which have no answer yet: one that comes again meanwhile
 * is told so. A topic brings a message again by itself; it waits its turn, and then finds the
 * answer.
 */
final class InFlight {
  private final Set<CommandKey> keys = new HashSet<>();

  boolean contains(Pending command) {
    return isKnownByKey(command) && keys.contains(command.message().key());
  }

  /** Until it is answered. */
  void add(Pending command) {
    if (isKnownByKey(command)) {
      CommandKey key = command.message().key();
      keys.add(key);
      command.atEnd(() -> keys.remove(key));
    }
  }

  private static boolean isKnownByKey(Pending command) {
    return UnitOfWork.isKeyed(command.message()) && !command.message().key().isOfMessage();
  }
}
