package allocation.bus;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the clocks of other nodes show, as their replies have told. What has gone by since is known
 * by a clock that nobody sets: while the other is not set either, a time given here is not later
 * than it was there. Belongs to one event loop.
 */
final class OtherClocks {
  /** What two clocks drift apart in ten minutes does not matter. */
  static final long LONGEST_KNOWN_MS = TimeUnit.MINUTES.toMillis(10);

  private final LongSupplier nanoClock;
  private final Map<String, Seen> seen = new HashMap<>();

  /** What a node's clock showed, at the least, at a time by the clock here. */
  private record Seen(long theirMs, long atNanos) {}

  /**
   * @param nanoClock like {@link System#nanoTime}
   */
  OtherClocks(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** The value of {@link Requests#SENT_AT_MS} for what is sent to this node now. */
  String sentAt(String node) {
    Seen last = seen.get(node);
    if (last == null) {
      return Requests.NOT_KNOWN;
    }
    long sinceMs = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - last.atNanos);
    return sinceMs > LONGEST_KNOWN_MS ? Requests.NOT_KNOWN : String.valueOf(last.theirMs + sinceMs);
  }

  /**
   * A node has shown its clock.
   *
   * @param theirMs whatever is no number tells nothing
   */
  void learn(String node, @Nullable String theirMs) {
    if (theirMs != null && theirMs.matches("[0-9]{1,15}")) {
      seen.put(node, new Seen(Long.parseLong(theirMs), nanoClock.getAsLong()));
    }
  }

  boolean isKnown(String node) {
    return !sentAt(node).equals(Requests.NOT_KNOWN);
  }

  void forgetAllBut(Set<String> nodes) {
    seen.keySet().retainAll(nodes);
  }
}
