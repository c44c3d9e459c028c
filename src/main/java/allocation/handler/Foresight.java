package allocation.handler;

import allocation.bus.CommandMessage;
import allocation.bus.Shards;
import allocation.domain.Command;
import allocation.domain.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells whether commands can be decided without asking the ledger first: allocations of remembered
 * products that all come out well. That a shard has not moved and that a line is not there yet is
 * then for the ledger to check when the unit is written.
 *
 * <p>A refusal is never foreseen: it has no effects, so nothing would check what it rests on.
 */
final class Foresight {
  /**
   * Units that ask first after one that met a refusal or a repeat, since more of those are likely
   * to come: a sold-out SKU, a client that sends again. Asking costs a round trip; a unit that was
   * wrong about a line costs a whole try.
   */
  private static final int CAREFUL_UNITS = 16;

  private final Shards shards;
  private final ProductMemory memory;
  private int careful;

  Foresight(Shards shards, ProductMemory memory) {
    this.shards = shards;
    this.memory = memory;
  }

  /** What the ledger would say about new lines of remembered products; empty: ask it. */
  Optional<Loaded> of(List<CommandMessage> commands) {
    if (careful > 0) {
      careful--;
      return Optional.empty();
    }
    Map<Integer, Long> positions = new HashMap<>();
    for (CommandMessage message : commands) {
      if (!isClear(message)) {
        return Optional.empty();
      }
      positions.computeIfAbsent(shards.of(message.sku()), memory::position);
    }
    return Optional.of(Loaded.positionsOnly(positions));
  }

  /** Whether {@link #of} would say something about these. */
  boolean isClear(Stream<CommandMessage> commands) {
    return careful == 0 && commands.allMatch(this::isClear);
  }

  private boolean isClear(CommandMessage message) {
    return message.command() instanceof Command.Allocate
        && !UnitOfWork.isKeyed(message)
        && memory.product(shards.of(message.sku()), message.sku()).isPresent();
  }

  /** Learns from a unit how likely the next one is to come out well; whether this one did. */
  boolean learn(List<Outcome> outcomes) {
    boolean well = outcomes.stream().allMatch(Outcome.Accepted.class::isInstance);
    if (!well) {
      careful = CAREFUL_UNITS;
    }
    return well;
  }
}
