package allocation.handler;

import allocation.bus.Shards;
import allocation.domain.Product;
import allocation.domain.Sku;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The products of the shards of one handler as of a position of each shard, the least recently used
 * forgotten first. It makes deciding fast; it is believed only after the ledger confirmed the
 * shard's position.
 */
final class ProductMemory {
  private final int maxProducts;
  private int maxPerShard;
  private final Map<Integer, ShardMemory> shards = new HashMap<>();

  /**
   * @param maxProducts most products remembered, over all {@code shardCount} shards
   */
  ProductMemory(int maxProducts, int shardCount) {
    this.maxProducts = maxProducts;
    shareOver(shardCount);
  }

  /** From now on there are so many shards to remember products of. */
  void shareOver(int shardCount) {
    maxPerShard = Math.max(1, maxProducts / Math.max(1, shardCount));
    shards.values().forEach(ShardMemory::trim);
  }

  Optional<Product> product(int shard, Sku sku) {
    ShardMemory memory = shards.get(shard);
    return memory == null ? Optional.empty() : Optional.ofNullable(memory.products.get(sku));
  }

  /** The position that what is remembered of a shard is as of; there has to be something. */
  long position(int shard) {
    ShardMemory memory = shards.get(shard);
    if (memory == null) {
      throw new IllegalStateException("nothing is remembered of shard " + shard);
    }
    return memory.position;
  }

  /** Whether what is remembered of the shard is as of this position; nothing always is. */
  boolean isAt(int shard, long position) {
    ShardMemory memory = shards.get(shard);
    return memory == null || memory.position == position;
  }

  void forget(int shard) {
    shards.remove(shard);
  }

  void moveTo(int shard, long position) {
    shards.computeIfAbsent(shard, made -> new ShardMemory()).position = position;
  }

  /** Remembers a product of a shard that was moved to a position before. */
  void remember(int shard, Product product) {
    ShardMemory memory = shards.get(shard);
    // A SKU without batches is any caller's invention: it must not push real ones out.
    if (memory != null && !product.batches().isEmpty()) {
      memory.products.put(product.sku(), product);
    }
  }

  /** What a unit leaves. */
  void learn(UnitOfWork unit, Shards of) {
    unit.loaded().positions().keySet().forEach(shard -> moveTo(shard, unit.position(shard)));
    unit.products().values().forEach(product -> remember(of.of(product.sku()), product));
  }

  /** What the unit found: the opposite of {@link #learn}, as long as nothing came after it. */
  void unlearn(UnitOfWork unit, Shards of) {
    unit.loaded().positions().forEach(this::moveTo);
    unit.originals().values().forEach(product -> remember(of.of(product.sku()), product));
  }

  private final class ShardMemory {
    private final Map<Sku, Product> products =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Sku, Product> eldest) {
            return size() > maxPerShard;
          }
        };
    private long position;

    void trim() {
      Iterator<Sku> eldest = products.keySet().iterator();
      while (products.size() > maxPerShard) {
        eldest.next();
        eldest.remove();
      }
    }
  }
}
