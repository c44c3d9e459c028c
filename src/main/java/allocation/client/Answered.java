package allocation.client;

import allocation.bus.Query.Freshness;
import allocation.domain.Outcome;
import allocation.wire.PublicAnswer;
import java.util.Map;

/**
 * What became of a command; it is durable.
 *
 * @param positions the command's shard and its position after the command; none for a batch that
 *     was never made
 */
public record Answered(Outcome outcome, Map<Integer, Long> positions) {
  public Answered {
    positions = Map.copyOf(positions);
  }

  /** A question with this freshness sees what the command did. */
  public Freshness seen() {
    return positions.isEmpty() ? new Freshness.Any() : new Freshness.AtLeast(positions);
  }

  static Answered of(PublicAnswer answer) {
    return new Answered(
        answer.outcome(),
        answer.reply().map(reply -> Map.of(reply.shard(), reply.position())).orElseGet(Map::of));
  }
}
