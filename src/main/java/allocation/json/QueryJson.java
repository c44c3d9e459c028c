package allocation.json;

import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Questions as other services and other nodes ask them; the reader throws {@link BadInput}. */
public final class QueryJson {
  private QueryJson() {}

  /**
   * {@code {type, …, freshness?}}; without freshness the view answers as it stands. As {@link
   * #read} reads it.
   */
  public static JsonText of(Query query) {
    return out -> {
      out.writeStartObject();
      switch (query) {
        case Query.OrderAllocations q -> {
          out.writeStringField("type", "OrderAllocations");
          out.writeStringField("orderId", q.orderId().value());
        }
        case Query.ProductBySku q -> {
          out.writeStringField("type", "ProductBySku");
          out.writeStringField("sku", q.sku().value());
        }
        case Query.Products q -> {
          out.writeStringField("type", "Products");
          if (q.after().isPresent()) {
            out.writeStringField("after", q.after().get().value());
          }
          out.writeNumberField("limit", q.limit());
        }
        case Query.BatchByRef q -> {
          out.writeStringField("type", "BatchByRef");
          out.writeStringField("ref", q.ref().value());
        }
      }
      write(out, query.freshness());
      out.writeEndObject();
    };
  }

  private static void write(JsonGenerator out, Freshness freshness) throws IOException {
    switch (freshness) {
      case Freshness.Any any -> {
        // Is what it means to say nothing.
      }
      case Freshness.AtLeast least -> {
        out.writeObjectFieldStart("freshness");
        out.writeStringField("type", "AtLeast");
        writePositions(out, "positions", least.positions());
        out.writeEndObject();
      }
      case Freshness.Committed committed -> {
        out.writeObjectFieldStart("freshness");
        out.writeStringField("type", "Committed");
        out.writeEndObject();
      }
    }
  }

  /** {@code {"3": 41, "7": 9}}, in the order of the shards. */
  public static void writePositions(JsonGenerator out, String name, Map<Integer, Long> positions)
      throws IOException {
    out.writeObjectFieldStart(name);
    for (int shard : positions.keySet().stream().sorted().toList()) {
      out.writeNumberField(String.valueOf(shard), positions.getOrDefault(shard, 0L));
    }
    out.writeEndObject();
  }

  /** Any question. */
  public static Query read(Fields in) {
    Freshness freshness =
        in.has("freshness")
            ? in.object("freshness", QueryJson::freshness).orElse(new Freshness.Any())
            : new Freshness.Any();
    return switch (in.text("type").orElse("")) {
      case "OrderAllocations" -> {
        Optional<OrderId> orderId = in.id("orderId", OrderId::new);
        in.finish();
        yield new Query.OrderAllocations(orderId.orElseThrow(), freshness);
      }
      case "ProductBySku" -> {
        Optional<Sku> sku = in.id("sku", Sku::new);
        in.finish();
        yield new Query.ProductBySku(sku.orElseThrow(), freshness);
      }
      case "Products" -> {
        Optional<Sku> after = in.optionalId("after", Sku::new);
        OptionalInt limit = in.integer("limit", 1, Query.Products.MAX_LIMIT);
        in.finish();
        yield new Query.Products(after, limit.orElseThrow(), freshness);
      }
      case "BatchByRef" -> {
        Optional<BatchRef> ref = in.id("ref", BatchRef::new);
        in.finish();
        yield new Query.BatchByRef(ref.orElseThrow(), freshness);
      }
      default ->
          throw new BadInput(
              in.place("type"), "must be OrderAllocations, ProductBySku, Products or BatchByRef");
    };
  }

  private static Freshness freshness(Fields in) {
    return switch (in.text("type").orElse("")) {
      case "Any" -> {
        in.finish();
        yield new Freshness.Any();
      }
      case "AtLeast" -> {
        Map<Integer, Long> positions = in.positions("positions");
        in.finish();
        yield new Freshness.AtLeast(positions);
      }
      case "Committed" -> {
        in.finish();
        yield new Freshness.Committed();
      }
      default -> throw new BadInput(in.place("type"), "must be Any, AtLeast or Committed");
    };
  }
}
