package allocation.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StrictJsonTest {
  /** "AB" and "B!" have the same hash in the library's table of names, whatever comes before. */
  private static String colliding(int number) {
    return IntStream.range(0, 9)
        .mapToObj(bit -> (number >> bit & 1) == 0 ? "AB" : "B!")
        .collect(Collectors.joining());
  }

  private static String object(IntStream numbers, String prefix) {
    return numbers
        .mapToObj(i -> "\"%s\":1".formatted(prefix.isEmpty() ? colliding(i) : prefix + i))
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void names_that_are_made_to_collide_spoil_nothing_for_those_who_come_after() {
    assertThat(StrictJson.read(object(IntStream.range(0, 512), "")).size()).isEqualTo(512);

    for (int i = 0; i < 12; i++) {
      String more = object(IntStream.range(0, 40), "name-" + i + "-");
      assertThat(StrictJson.read(more).size()).isEqualTo(40);
    }
  }

  @Test
  void a_name_that_appears_twice_is_refused_among_many() {
    String many = object(IntStream.range(0, 3_000), "n");

    assertThatThrownBy(() -> StrictJson.read(many.replace("\"n2999\"", "\"n7\"")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("n7 must not appear twice");
  }
}
