package allocation.benchmark;

import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Decision;
import allocation.domain.Facts;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the rules cost without anything around them: nanoseconds and bytes for one decision. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecisionBenchmark {
  private static final Sku SKU = new Sku("SKU-HOT");
  private static final int QUANTITY = 1_000;
  private static final Facts NO_LINE_YET = new NoLineYet();

  /** Batches of the product: one here, the others on their way. */
  @Param({"1", "10"})
  private int batches;

  private Product product = Product.unknown(SKU);
  private Command allocate = new Command.Allocate(new OrderId("order-1"), SKU, 1);
  private Command tooMuch = allocate;

  @Setup
  public void stock() {
    product = Product.of(SKU, IntStream.range(0, batches).mapToObj(this::batch).toList(), true);
    allocate = new Command.Allocate(new OrderId("order-1"), SKU, 1);
    tooMuch = new Command.Allocate(new OrderId("order-1"), SKU, QUANTITY + 1);
  }

  /** A line that the first batch has room for: a batch and a product are made anew. */
  @Benchmark
  public Decision allocate() {
    return product.decide(allocate, NO_LINE_YET);
  }

  /** A line that no batch has room for, of a product whose shortage was told. */
  @Benchmark
  public Decision refuse() {
    return product.decide(tooMuch, NO_LINE_YET);
  }

  private Batch batch(int n) {
    Arrival arrival =
        n == 0 ? Arrival.inStock() : Arrival.due(LocalDate.of(2027, 1, 1).plusDays(n));
    return Batch.of(new BatchRef("batch-" + n), QUANTITY, arrival);
  }

  private static final class NoLineYet implements Facts {
    @Override
    public long nextPosition() {
      return 1;
    }

    @Override
    public Optional<OrderLine> line(OrderId orderId) {
      return Optional.empty();
    }

    @Override
    public Optional<Sku> ownerOf(BatchRef ref) {
      return Optional.empty();
    }

    @Override
    public List<OrderLine> linesAbove(BatchRef ref, int quantity) {
      return List.of();
    }
  }
}
