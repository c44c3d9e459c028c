package allocation.jgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.jgroups.Word.Agreed;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How members of two versions write to each other. */
class WordTest {
  private static final Word FULL =
      new Word(
          7,
          Optional.of(new NodeInfo("10.0.0.1", 4711, new JsonObject().put("zone", "a"))),
          Map.of("allocation.node.x", List.of(1L, 12_345_678_901L)),
          Map.of("allocation.node", "{\"v\":1}"),
          Map.of("allocation.plan.d", new Agreed(2, "x", "{}")));

  private static final String TEXT =
      "{\"v\":1,\"number\":7,\"addresses\":{\"allocation.node.x\":[1,12345678901]},"
          + "\"said\":{\"allocation.node\":\"{\\\"v\\\":1}\"},"
          + "\"host\":\"10.0.0.1\",\"port\":4711,\"metadata\":{\"zone\":\"a\"},"
          + "\"agreed\":{\"allocation.plan.d\":{\"number\":2,\"by\":\"x\",\"value\":\"{}\"}}}";

  @Test
  void a_word_is_written_as_the_versions_before_wrote_it() {
    assertThat(new String(FULL.write(), UTF_8)).isEqualTo(TEXT);
  }

  @Test
  void what_is_written_is_read() {
    assertThat(Word.read(FULL.write())).isEqualTo(FULL);
    assertThat(Word.read(Word.NONE.write())).isEqualTo(Word.NONE);
  }

  @Test
  void where_there_is_no_metadata_there_is_none_afterwards() {
    Word word = new Word(1, Optional.of(new NodeInfo("h", 1, null)), Map.of(), Map.of(), Map.of());

    assertThat(Word.read(word.write())).isEqualTo(word);
  }

  @Test
  void what_a_later_version_adds_is_left_out() {
    String later = TEXT.replace("\"v\":1,", "\"v\":2,\"mood\":{\"of\":[\"members\"]},");

    assertThat(Word.read(later.getBytes(UTF_8))).isEqualTo(FULL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"number\":\"x\"}", "{\"number\":1,\"said\":[]}"})
  void what_is_no_word_is_refused(String text) {
    assertThatThrownBy(() -> Word.read(text.getBytes(UTF_8))).isInstanceOf(RuntimeException.class);
  }
}
