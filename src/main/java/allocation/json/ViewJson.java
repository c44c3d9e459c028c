package allocation.json;

import allocation.bus.View;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What the read model answers, as outsiders see it. {@code eta} is null when in stock. */
public final class ViewJson {
  private ViewJson() {}

  /** {@code {orderId, lines: [{sku, quantity, batchRef, eta, position}]}}. */
  public static JsonText of(View.OrderLines order) {
    return object(out -> writeMembers(out, order));
  }

  /** The original's {@code [{sku, batchref}]}. */
  public static JsonText original(View.OrderLines order) {
    return out -> {
      out.writeStartArray();
      for (View.Line line : order.lines()) {
        out.writeStartObject();
        out.writeStringField("sku", line.sku().value());
        out.writeStringField("batchref", line.batchRef().value());
        out.writeEndObject();
      }
      out.writeEndArray();
    };
  }

  /** {@code {sku, available, inStock, batches: [...]}}. */
  public static JsonText of(View.ProductStock product) {
    return object(out -> writeMembers(out, product));
  }

  /** {@code {items: [{sku, available, inStock}], next}}; next is null on the last page. */
  public static JsonText of(View.ProductPage page) {
    return object(out -> writeMembers(out, page));
  }

  /** {@code {ref, sku, purchased, allocated, available, eta}}. */
  public static JsonText of(View.BatchStock batch) {
    return object(out -> writeMembers(out, batch));
  }

  /** Any view: {@code {type, …}} with the members of the one that it is. */
  public static JsonText typed(View view) {
    return object(out -> {
      switch (view) {
        case View.OrderLines v -> {
          out.writeStringField("type", "OrderLines");
          writeMembers(out, v);
        }
        case View.ProductStock v -> {
          out.writeStringField("type", "ProductStock");
          writeMembers(out, v);
        }
        case View.BatchStock v -> {
          out.writeStringField("type", "BatchStock");
          writeMembers(out, v);
        }
        case View.ProductPage v -> {
          out.writeStringField("type", "ProductPage");
          writeMembers(out, v);
        }
        case View.Unknown v -> out.writeStringField("type", "Unknown");
        case View.Behind v -> {
          out.writeStringField("type", "Behind");
          out.writeStringField("why", v.why());
        }
      }
    });
  }

  /** Reads what {@link #typed} of any version of ours wrote; throws {@link BadInput}. */
  public static View read(Fields in) {
    return switch (in.text("type").orElse("")) {
      case "OrderLines" -> {
        Optional<OrderId> orderId = in.id("orderId", OrderId::new);
        List<View.Line> lines = in.list("lines", ViewJson::line);
        in.finish();
        yield new View.OrderLines(orderId.orElseThrow(), lines);
      }
      case "ProductStock" -> {
        View.Item total = item(in);
        yield new View.ProductStock(total.sku(), total.available(), total.inStock(), batches(in));
      }
      case "BatchStock" -> new View.BatchStock(sku(in), stock(in));
      case "ProductPage" -> {
        List<View.Item> items = in.list("items", ViewJson::item);
        Optional<Sku> next = in.nullableId("next", Sku::new);
        in.finish();
        yield new View.ProductPage(items, next);
      }
      case "Unknown" -> new View.Unknown();
      case "Behind" -> {
        Optional<String> why = in.text("why");
        in.finish();
        yield new View.Behind(why.orElseThrow());
      }
      default -> throw new BadInput(in.place("type"), "must be the type of a view");
    };
  }

  private static JsonText object(JsonText members) {
    return out -> {
      out.writeStartObject();
      members.write(out);
      out.writeEndObject();
    };
  }

  private static void writeMembers(JsonGenerator out, View.OrderLines order) throws IOException {
    out.writeStringField("orderId", order.orderId().value());
    out.writeArrayFieldStart("lines");
    for (View.Line line : order.lines()) {
      write(out, line);
    }
    out.writeEndArray();
  }

  private static void writeMembers(JsonGenerator out, View.ProductStock product)
      throws IOException {
    writeStock(out, product.sku(), product.available(), product.inStock());
    out.writeArrayFieldStart("batches");
    for (View.Stock batch : product.batches()) {
      out.writeStartObject();
      out.writeStringField("ref", batch.ref().value());
      AnswerJson.writeHolding(out, batch.purchased(), batch.allocated(), batch.arrival());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void writeMembers(JsonGenerator out, View.ProductPage page) throws IOException {
    out.writeArrayFieldStart("items");
    for (View.Item item : page.items()) {
      out.writeStartObject();
      writeStock(out, item.sku(), item.available(), item.inStock());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeStringField("next", page.next().map(Sku::value).orElse(null));
  }

  private static void writeMembers(JsonGenerator out, View.BatchStock batch) throws IOException {
    View.Stock stock = batch.stock();
    AnswerJson.writeBatch(
        out,
        batch.sku(),
        stock.ref().value(),
        stock.purchased(),
        stock.allocated(),
        stock.arrival());
  }

  private static void write(JsonGenerator out, View.Line line) throws IOException {
    out.writeStartObject();
    out.writeStringField("sku", line.sku().value());
    out.writeNumberField("quantity", line.quantity());
    out.writeStringField("batchRef", line.batchRef().value());
    AnswerJson.writeEta(out, line.arrival());
    out.writeNumberField("position", line.position());
    out.writeEndObject();
  }

  private static void writeStock(JsonGenerator out, Sku sku, long available, long inStock)
      throws IOException {
    out.writeStringField("sku", sku.value());
    out.writeNumberField("available", available);
    out.writeNumberField("inStock", inStock);
  }

  private static View.Line line(Fields in) {
    Optional<Sku> sku = in.id("sku", Sku::new);
    OptionalInt quantity = in.quantity("quantity", 1);
    Optional<BatchRef> batchRef = in.id("batchRef", BatchRef::new);
    Arrival arrival = in.arrival("eta");
    OptionalLong position = in.count("position");
    in.finish();
    return new View.Line(
        sku.orElseThrow(),
        quantity.orElseThrow(),
        batchRef.orElseThrow(),
        arrival,
        position.orElseThrow());
  }

  private static View.Item item(Fields in) {
    Optional<Sku> sku = in.id("sku", Sku::new);
    OptionalLong available = in.count("available");
    OptionalLong inStock = in.count("inStock");
    in.finish();
    return new View.Item(sku.orElseThrow(), available.orElseThrow(), inStock.orElseThrow());
  }

  private static Sku sku(Fields in) {
    Optional<Sku> sku = in.id("sku", Sku::new);
    in.finish();
    return sku.orElseThrow();
  }

  private static List<View.Stock> batches(Fields in) {
    List<View.Stock> batches = in.list("batches", ViewJson::stock);
    in.finish();
    return batches;
  }

  private static View.Stock stock(Fields in) {
    Optional<BatchRef> ref = in.id("ref", BatchRef::new);
    OptionalInt purchased = in.quantity("purchased", 0);
    OptionalInt allocated = in.quantity("allocated", 0);
    Arrival arrival = in.arrival("eta");
    in.finish();
    return new View.Stock(
        ref.orElseThrow(), purchased.orElseThrow(), allocated.orElseThrow(), arrival);
  }
}
