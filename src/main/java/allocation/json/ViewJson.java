package allocation.json;

import allocation.bus.View;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** What the read model answers, as outsiders see it. {@code eta} is null when in stock. */
public final class ViewJson {
  private ViewJson() {}

  /** {@code {orderId, lines: [{sku, quantity, batchRef, eta, position}]}}. */
  public static JsonText of(View.OrderLines order) {
    return out -> {
      out.writeStartObject();
      out.writeStringField("orderId", order.orderId().value());
      out.writeArrayFieldStart("lines");
      for (View.Line line : order.lines()) {
        write(out, line);
      }
      out.writeEndArray();
      out.writeEndObject();
    };
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
    return out -> {
      out.writeStartObject();
      writeStock(out, product.sku(), product.available(), product.inStock());
      out.writeArrayFieldStart("batches");
      for (View.Stock batch : product.batches()) {
        out.writeStartObject();
        out.writeStringField("ref", batch.ref().value());
        AnswerJson.writeHolding(out, batch.purchased(), batch.allocated(), batch.arrival());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    };
  }

  /** {@code {items: [{sku, available, inStock}], next}}; next is null on the last page. */
  public static JsonText of(View.ProductPage page) {
    return out -> {
      out.writeStartObject();
      out.writeArrayFieldStart("items");
      for (View.Item item : page.items()) {
        out.writeStartObject();
        writeStock(out, item.sku(), item.available(), item.inStock());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeStringField("next", page.next().map(Sku::value).orElse(null));
      out.writeEndObject();
    };
  }

  /** {@code {ref, sku, purchased, allocated, available, eta}}. */
  public static JsonText of(View.BatchStock batch) {
    View.Stock stock = batch.stock();
    return out -> {
      out.writeStartObject();
      AnswerJson.writeBatch(
          out,
          batch.sku(),
          stock.ref().value(),
          stock.purchased(),
          stock.allocated(),
          stock.arrival());
      out.writeEndObject();
    };
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
}
