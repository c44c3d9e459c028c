package allocation.bus;

import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.List;
import java.util.Optional;

/** What the read model answers. Quantities are stock-keeping units. */
public sealed interface View extends BusMessage {
  /** An order's lines in SKU order; none when nothing is allocated. */
  record OrderLines(OrderId orderId, List<Line> lines) implements View {
    public OrderLines {
      lines = List.copyOf(lines);
    }
  }

  /** One line of an order, with the arrival of its batch. */
  record Line(Sku sku, int quantity, BatchRef batchRef, Arrival arrival, long position) {}

  /** A product; its batches in the order in which lines are promised from them. */
  record ProductStock(Sku sku, long available, long inStock, List<Stock> batches) implements View {
    public ProductStock {
      batches = List.copyOf(batches);
    }
  }

  /** One batch. */
  record BatchStock(Sku sku, Stock stock) implements View {}

  /** What a batch holds. */
  record Stock(BatchRef ref, int purchased, int allocated, Arrival arrival) {
    public int available() {
      return purchased - allocated;
    }

    public static Stock of(Batch batch) {
      return new Stock(batch.ref(), batch.purchased(), batch.allocated(), batch.arrival());
    }
  }

  /** A page of products; {@code next} is where the following page starts after, if there is one. */
  record ProductPage(List<Item> items, Optional<Sku> next) implements View {
    public ProductPage {
      items = List.copyOf(items);
    }
  }

  /** A product in a page. */
  record Item(Sku sku, long available, long inStock) {}

  /** There is no such thing. */
  record Unknown() implements View {}

  /** The view did not get where the question wanted it in time. */
  record Behind(String why) implements View {}
}
