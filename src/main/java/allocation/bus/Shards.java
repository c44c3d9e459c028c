package allocation.bus;

import allocation.domain.Sku;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** Which shard a SKU belongs to: CRC-32 of its UTF-8 bytes, modulo the number of shards. */
public record Shards(int count) {
  public Shards {
    if (count < 1) {
      throw new IllegalArgumentException("shards must be 1 or more, was " + count);
    }
  }

  public int of(Sku sku) {
    CRC32 crc = new CRC32();
    crc.update(sku.value().getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % count);
  }

  public List<Integer> all() {
    return IntStream.range(0, count).boxed().toList();
  }

  /** Splits the shards over {@code handlers} disjoint lists, as evenly as can be. */
  public List<List<Integer>> split(int handlers) {
    if (handlers < 1) {
      throw new IllegalArgumentException("handlers must be 1 or more, was " + handlers);
    }
    return IntStream.range(0, Math.min(handlers, count))
        .mapToObj(i -> all().stream().filter(shard -> shard % handlers == i).toList())
        .toList();
  }
}
