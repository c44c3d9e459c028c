package allocation.given;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Commands as chance and a seed will have them. There are few SKUs, orders and refs, so that they
 * meet again and again: repeats, conflicts, refs of another SKU, cuts under lines, moves.
 */
public final class RandomCommands {
  private static final List<String> SKUS = List.of("CHAIR", "TISCH/GRO\u00df", "\u684c\u5b50");
  // The last two are in another order by UTF-16 than by UTF-8 bytes.
  private static final List<String> REFS =
      List.of("b", "B", "b1", "b10", "b2", "b 3", "b\u00e4", "\uff5e", "\ud83e\ude91");
  private static final List<Arrival> ARRIVALS =
      List.of(
          Arrival.inStock(),
          Arrival.inStock(),
          Arrival.due(LocalDate.of(1999, 12, 31)),
          Arrival.due(LocalDate.of(2026, 12, 1)),
          Arrival.due(LocalDate.of(2027, 1, 1)));
  private static final int ORDERS = 8;
  private static final int MOST_IN_A_LINE = 9;
  private static final int MOST_IN_A_BATCH = 24;

  private final long seed;
  private final String suffix;
  private final Random random;
  private final List<Command> made = new ArrayList<>();

  public RandomCommands(long seed) {
    this(seed, "");
  }

  /** Every id ends in {@code suffix}: sequences with different ones never meet. */
  public RandomCommands(long seed, String suffix) {
    this.seed = seed;
    this.suffix = suffix;
    this.random = new Random(seed);
  }

  /** The seeds to run: {@code 1} to {@code count}, or the one that {@code -Dseed=} names. */
  public static LongStream seeds(long count) {
    return Optional.ofNullable(Long.getLong("seed"))
        .map(LongStream::of)
        .orElseGet(() -> LongStream.rangeClosed(1, count));
  }

  /** The next command; now and then one that was there before. */
  public Command next() {
    Command command = !made.isEmpty() && chance(12) ? oneOf(made) : fresh();
    made.add(command);
    return command;
  }

  /** How to get here again, for the message of a failure. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("-Dseed=" + seed + " after");
    made.forEach(command -> text.append("\n  ").append(command));
    return text.toString();
  }

  private Command fresh() {
    int percent = random.nextInt(100);
    if (percent < 15) {
      return new CreateBatch(
          ref(), sku(), chance(50) ? 10 : upTo(MOST_IN_A_BATCH), oneOf(ARRIVALS));
    }
    if (percent < 65) {
      return new Allocate(order(), sku(), upTo(MOST_IN_A_LINE));
    }
    if (percent < 72) {
      return new Deallocate(order(), sku());
    }
    return change();
  }

  private ChangeBatch change() {
    OptionalInt quantity = OptionalInt.of(random.nextInt(MOST_IN_A_BATCH + 1));
    Optional<Arrival> arrival = Optional.of(oneOf(ARRIVALS));
    return switch (random.nextInt(4)) {
      case 0 -> new ChangeBatch(ref(), quantity, arrival);
      case 1 -> new ChangeBatch(ref(), OptionalInt.empty(), arrival);
      default -> new ChangeBatch(ref(), quantity, Optional.empty());
    };
  }

  private BatchRef ref() {
    return new BatchRef(oneOf(REFS) + suffix);
  }

  private Sku sku() {
    return new Sku(oneOf(SKUS) + suffix);
  }

  private OrderId order() {
    return new OrderId("o" + random.nextInt(ORDERS) + suffix);
  }

  private int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
