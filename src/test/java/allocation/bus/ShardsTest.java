package allocation.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.domain.Sku;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardsTest {
  // crc32 of the UTF-8 bytes as any tool computes it, modulo 16; data in service rests on it.
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          RED-CHAIR,         13
          123456789,         6
          small-table/Nr. 7, 8
          Stühle,            14
          🪑,                7
          """)
  void a_sku_stays_in_its_shard_for_good(String sku, int shard) {
    assertThat(new Shards(16).of(new Sku(sku))).isEqualTo(shard);
  }

  @Test
  void takes_the_checksum_as_a_number_without_a_sign() {
    // crc32("123456789") is 0xCBF43926, the check value of the algorithm; above 2^31.
    assertThat(new Shards(1_000_000).of(new Sku("123456789"))).isEqualTo(0xCBF43926L % 1_000_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 16, 17, 100})
  void a_split_gives_each_shard_to_one_handler_and_each_handler_a_shard(int handlers) {
    List<List<Integer>> split = new Shards(16).split(handlers);

    assertThat(split.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(new Shards(16).all());
    assertThat(split).hasSize(Math.min(handlers, 16)).noneMatch(List::isEmpty);
    assertThat(
            split.stream().mapToInt(List::size).max().orElseThrow()
                - split.stream().mapToInt(List::size).min().orElseThrow())
        .isLessThanOrEqualTo(1);
  }

  @Test
  void neither_shards_nor_handlers_can_be_none() {
    assertThatThrownBy(() -> new Shards(0)).hasMessageContaining("was 0");
    assertThatThrownBy(() -> new Shards(16).split(0)).hasMessageContaining("was 0");
  }
}
