package allocation.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.simulation.Faults.Kind;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Many worlds: {@code -Dseeds=} says how many, {@code -Dseed=} runs one. */
final class SimulationTest {
  private static final long SEEDS = Long.getLong("seeds", 10_000);

  @Test
  void nothing_is_lost_and_nobody_is_told_what_is_not_so_in_any_world() {
    // Summed as they come: a million results would not have room.
    Map<String, LongAdder> fired = new ConcurrentSkipListMap<>();
    LongAdder worlds = new LongAdder();
    LongAdder foreseen = new LongAdder();
    LongAdder behind = new LongAdder();
    Quiet.during(() -> {
      seeds()
          .parallel()
          .mapToObj(Simulation::run)
          .forEach(one -> {
            worlds.increment();
            foreseen.add(one.foreseen());
            behind.add(one.behind());
            one.fired()
                .forEach((kind, times) ->
                    fired.computeIfAbsent(kind, first -> new LongAdder()).add(times));
          });
      return worlds;
    });

    System.out.printf(
        "%s worlds, %s units foreseen, %s of them sent behind another, faults %s%n",
        worlds, foreseen, behind, fired);
    if (Long.getLong("seed") == null) {
      // A fault that never happened proves nothing.
      assertThat(fired.keySet())
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(Kind.values()).map(Kind::name).toList());
      assertThat(foreseen.sum()).isPositive();
      assertThat(behind.sum()).isPositive();
    }
  }

  @Test
  void a_world_is_the_same_each_time() {
    LongStream.rangeClosed(1, 20)
        .forEach(seed ->
            assertThat(Quiet.<Simulation.Result>during(() -> Simulation.run(seed)))
                .isEqualTo(Quiet.during(() -> Simulation.run(seed))));
  }

  private static LongStream seeds() {
    Long one = Long.getLong("seed");
    return one == null ? LongStream.rangeClosed(1, SEEDS) : LongStream.of(one);
  }
}
