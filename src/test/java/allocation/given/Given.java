package allocation.given;

import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Words of the trade for tests: where the SKU does not matter it is {@link #CHAIR}. */
public final class Given {
  /** The SKU of whatever does not name one. */
  public static final Sku CHAIR = new Sku("CHAIR");

  private Given() {}

  public static Product product(Batch... batches) {
    return Product.of(CHAIR, List.of(batches), false);
  }

  /** A product that told of its shortage, and whose stock has not risen since. */
  public static Product soldOut(Batch... batches) {
    return Product.of(CHAIR, List.of(batches), true);
  }

  /** A batch as it was made. */
  public static Batch batch(String ref, int quantity, Arrival arrival) {
    return Batch.of(ref(ref), quantity, arrival);
  }

  /** A batch of which {@code allocated} is promised. */
  public static Batch batch(String ref, int purchased, int allocated, Arrival arrival) {
    return new Batch(
        ref(ref), purchased, allocated, arrival, new Batch.Created(purchased, arrival));
  }

  public static Arrival inStock() {
    return Arrival.inStock();
  }

  /** Due on a date, {@code 2026-12-31}. */
  public static Arrival due(String date) {
    return Arrival.due(LocalDate.parse(date));
  }

  public static CreateBatch createBatch(String ref, int quantity, Arrival arrival) {
    return new CreateBatch(ref(ref), CHAIR, quantity, arrival);
  }

  public static ChangeBatch changeBatch(String ref, int quantity) {
    return new ChangeBatch(ref(ref), OptionalInt.of(quantity), Optional.empty());
  }

  public static ChangeBatch changeBatch(String ref, Arrival arrival) {
    return new ChangeBatch(ref(ref), OptionalInt.empty(), Optional.of(arrival));
  }

  public static ChangeBatch changeBatch(String ref, int quantity, Arrival arrival) {
    return new ChangeBatch(ref(ref), OptionalInt.of(quantity), Optional.of(arrival));
  }

  public static Allocate allocate(String orderId, int quantity) {
    return new Allocate(orderId(orderId), CHAIR, quantity);
  }

  public static Deallocate deallocate(String orderId) {
    return new Deallocate(orderId(orderId), CHAIR);
  }

  /** A line that was first allocated at {@code position}: its age. */
  public static OrderLine line(String orderId, int quantity, String batchRef, long position) {
    return new OrderLine(orderId(orderId), CHAIR, quantity, ref(batchRef), position);
  }

  /** The log is empty, no order has anything, and no batch has a ref. */
  public static GivenFacts noLineYet() {
    return new GivenFacts(List.of());
  }

  /** These lines are allocated, and there are no others. */
  public static GivenFacts lines(OrderLine... lines) {
    return new GivenFacts(List.of(lines));
  }

  public static BatchRef ref(String value) {
    return new BatchRef(value);
  }

  public static OrderId orderId(String value) {
    return new OrderId(value);
  }
}
