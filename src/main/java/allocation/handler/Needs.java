package allocation.handler;

import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.Shards;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Product;
import allocation.domain.Sku;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Works out what has to be loaded for some commands. */
final class Needs {
  private Needs() {}

  static Wanted of(
      List<CommandMessage> commands,
      Shards shards,
      BiFunction<Integer, Sku, Optional<Product>> memory) {
    Set<Integer> wantedShards = new HashSet<>();
    Set<Sku> products = new HashSet<>();
    Set<LineKey> lines = new HashSet<>();
    Set<BatchRef> refs = new HashSet<>();
    Set<CommandKey> keys = new HashSet<>();
    Optional<Wanted.BatchCut> cut = Optional.empty();
    for (CommandMessage message : commands) {
      Sku sku = message.sku();
      int shard = shards.of(sku);
      wantedShards.add(shard);
      if (memory.apply(shard, sku).isEmpty()) {
        products.add(sku);
      }
      switch (message.command()) {
        case Command.CreateBatch create -> refs.add(create.ref());
        case Command.Allocate allocate -> lines.add(new LineKey(allocate.orderId(), sku));
        case Command.Deallocate deallocate -> lines.add(new LineKey(deallocate.orderId(), sku));
        case Command.ChangeBatch change -> {
          if (change.quantity().isPresent()) {
            // One more than those of a step tells that there is another.
            int most = CutSoFar.MOST_LINES + 1;
            int quantity = change.quantity().getAsInt();
            cut = Optional.of(new Wanted.BatchCut(sku, change.ref(), quantity, most));
          }
        }
      }
      if (UnitOfWork.isKeyed(message)) {
        keys.add(message.key());
      }
    }
    return new Wanted(wantedShards, products, lines, refs, keys, cut);
  }
}
