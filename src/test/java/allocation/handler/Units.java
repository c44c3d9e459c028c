package allocation.handler;

import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.Shards;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Units of work for tests of a ledger: decided as the handler does, without one. */
public final class Units {
  public static final Shards SHARDS = new Shards(16);
  private static final Instant AT = Instant.parse("2026-11-22T10:15:30.123456Z");

  private Units() {}

  /** The {@code n}th of some SKUs of this shard. */
  public static Sku sku(int shard, int n) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> new Sku("sku-" + i))
        .filter(sku -> SHARDS.of(sku) == shard)
        .skip(n)
        .findFirst()
        .orElseThrow();
  }

  public static CommandKey key(String id) {
    return new CommandKey("test", id);
  }

  /** A command with a key of its own. */
  public static CommandMessage message(Sku sku, Command command) {
    return message(sku, command, key(UUID.randomUUID().toString()));
  }

  public static CommandMessage message(Sku sku, Command command, CommandKey key) {
    return new CommandMessage(sku, command, key, "correlation", AT);
  }

  /** All that these commands need, nothing remembered. */
  public static Wanted wanted(List<CommandMessage> commands) {
    return Needs.of(commands, SHARDS, (shard, sku) -> Optional.empty());
  }

  /** What a ledger has now, looked at under its locks. */
  public static Future<Loaded> load(Ledger ledger, Wanted wanted) {
    AtomicReference<Loaded> seen = new AtomicReference<>();
    return ledger
        .commitLocked(
            wanted,
            loaded -> {
              seen.set(loaded);
              return decide(loaded, List.of());
            })
        .map(nothing -> seen.get());
  }

  /** These shards and products, and nothing else. */
  public static Wanted products(Sku... skus) {
    return new Wanted(
        Set.copyOf(List.of(skus).stream().map(SHARDS::of).toList()),
        Set.of(skus),
        Set.of(),
        Set.of(),
        Set.of(),
        Optional.empty());
  }

  public static UnitOfWork decide(Loaded loaded, List<CommandMessage> commands) {
    return decide(loaded, commands, AT);
  }

  /** At a time that the test has chosen. */
  public static UnitOfWork decide(Loaded loaded, List<CommandMessage> commands, Instant at) {
    UnitOfWork unit =
        new UnitOfWork(
            UUID.randomUUID().toString(),
            at,
            SHARDS,
            loaded,
            CutSoFar.NONE,
            sku -> Optional.empty());
    commands.forEach(unit::decide);
    return unit;
  }

  /** What became of the commands of a unit, in their order. */
  public static List<Outcome> outcomes(UnitOfWork unit) {
    return unit.outcomes();
  }
}
