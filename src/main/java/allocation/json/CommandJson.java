package allocation.json;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Commands as outsiders write them, and as we do. Every reader throws {@link BadInput} with all
 * violations.
 */
public final class CommandJson {
  /** Most lines of a bulk request. */
  public static final int MAX_LINES = 1_000;

  /** Violations of one of them that are told one by one: an answer must not outgrow its request. */
  private static final int MOST_OF_A_LINE = 10;

  private CommandJson() {}

  /** One line of a bulk request: each is read on its own. */
  public sealed interface BulkLine {
    record Understood(Command.Allocate command) implements BulkLine {}

    record Faulty(BadInput fault) implements BulkLine {}
  }

  /** {@code {ref, sku, quantity, eta?}}. */
  public static Command.CreateBatch createBatch(byte[] body) {
    return createBatch(fields(body), "quantity");
  }

  /** {@code {quantity?, eta?}} of the batch that is told later; one of the two must be there. */
  public static Function<BatchRef, Command.ChangeBatch> changeBatch(byte[] body) {
    Fields in = fields(body);
    OptionalInt quantity = in.optionalQuantity("quantity", 0);
    Optional<Arrival> arrival = in.changedArrival("eta");
    requireAChange(in);
    in.finish();
    return ref -> new Command.ChangeBatch(ref, quantity, arrival);
  }

  /** {@code {orderId, sku, quantity}}. */
  public static Command.Allocate allocate(byte[] body) {
    return allocate(fields(body), "orderId", "quantity");
  }

  /** {@code {lines: [...]}}; only what is wrong with the whole is thrown. */
  public static List<BulkLine> allocateInBulk(byte[] body) {
    Fields in = fields(body);
    Optional<JsonNode> lines = in.value("lines");
    lines
        .filter(json -> !json.isArray() || json.isEmpty() || json.size() > MAX_LINES)
        .ifPresent(
            json -> in.violation("lines", "must be an array of 1 to " + MAX_LINES + " lines"));
    in.finish();
    List<BulkLine> all = new ArrayList<>();
    for (JsonNode line : lines.orElseThrow()) {
      all.add(bulkLine("lines[" + all.size() + "]", line));
    }
    return all;
  }

  /** The original's {@code {ref, sku, qty, eta?}}. */
  public static Command.CreateBatch addBatch(byte[] body) {
    return createBatch(fields(body), "qty");
  }

  /** The same as query parameters. */
  public static Command.CreateBatch addBatch(Map<String, String> parameters) {
    return createBatch(Fields.of(parameters), "qty");
  }

  /** The original's {@code {orderid, sku, qty}}. */
  public static Command.Allocate originalAllocate(byte[] body) {
    return allocate(fields(body), "orderid", "qty");
  }

  /** The same as query parameters. */
  public static Command.Allocate originalAllocate(Map<String, String> parameters) {
    return allocate(Fields.of(parameters), "orderid", "qty");
  }

  /** The original's message {@code {batchref, qty}}. */
  public static Command.ChangeBatch changeBatchQuantity(byte[] message) {
    Fields in = fields(message);
    Optional<BatchRef> ref = in.id("batchref", BatchRef::new);
    OptionalInt quantity = in.quantity("qty", 0);
    in.finish();
    return new Command.ChangeBatch(ref.orElseThrow(), quantity, Optional.empty());
  }

  /** Any command, as a message: {@code {type, …}} with the field names of the HTTP requests. */
  public static Command read(byte[] message) {
    return read(fields(message));
  }

  /** The same of an object inside a message. */
  public static Command read(Fields in) {
    String type = in.text("type").orElse("");
    return switch (type) {
      case "CreateBatch" -> createBatch(in, "quantity");
      case "ChangeBatch" -> changeBatch(in);
      case "Allocate" -> allocate(in, "orderId", "quantity");
      case "Deallocate" -> deallocate(in);
      default ->
          throw new BadInput(
              in.place("type"), "must be CreateBatch, ChangeBatch, Allocate or Deallocate");
    };
  }

  /** As {@link #read} reads it. */
  public static JsonText of(Command command) {
    return out -> {
      out.writeStartObject();
      writeMembers(out, command);
      out.writeEndObject();
    };
  }

  private static void writeMembers(JsonGenerator out, Command command) throws IOException {
    switch (command) {
      case Command.CreateBatch c -> {
        out.writeStringField("type", "CreateBatch");
        out.writeStringField("ref", c.ref().value());
        out.writeStringField("sku", c.sku().value());
        out.writeNumberField("quantity", c.quantity());
        AnswerJson.writeEta(out, c.arrival());
      }
      case Command.ChangeBatch c -> {
        out.writeStringField("type", "ChangeBatch");
        out.writeStringField("ref", c.ref().value());
        if (c.quantity().isPresent()) {
          out.writeNumberField("quantity", c.quantity().getAsInt());
        }
        if (c.arrival().isPresent()) {
          AnswerJson.writeEta(out, c.arrival().get());
        }
      }
      case Command.Allocate c -> {
        out.writeStringField("type", "Allocate");
        out.writeStringField("orderId", c.orderId().value());
        out.writeStringField("sku", c.sku().value());
        out.writeNumberField("quantity", c.quantity());
      }
      case Command.Deallocate c -> {
        out.writeStringField("type", "Deallocate");
        out.writeStringField("orderId", c.orderId().value());
        out.writeStringField("sku", c.sku().value());
      }
    }
  }

  private static Command.CreateBatch createBatch(Fields in, String quantityName) {
    Optional<BatchRef> ref = in.id("ref", BatchRef::new);
    Optional<Sku> sku = in.id("sku", Sku::new);
    OptionalInt quantity = in.quantity(quantityName, 1);
    Arrival arrival = in.arrival("eta");
    in.finish();
    return new Command.CreateBatch(
        ref.orElseThrow(), sku.orElseThrow(), quantity.orElseThrow(), arrival);
  }

  private static Command.ChangeBatch changeBatch(Fields in) {
    Optional<BatchRef> ref = in.id("ref", BatchRef::new);
    OptionalInt quantity = in.optionalQuantity("quantity", 0);
    Optional<Arrival> arrival = in.changedArrival("eta");
    requireAChange(in);
    in.finish();
    return new Command.ChangeBatch(ref.orElseThrow(), quantity, arrival);
  }

  private static void requireAChange(Fields in) {
    if (!in.has("quantity") && !in.has("eta")) {
      in.violation(StrictJson.BODY, "must have quantity or eta");
    }
  }

  private static Command.Allocate allocate(Fields in, String orderIdName, String quantityName) {
    Optional<OrderId> orderId = in.id(orderIdName, OrderId::new);
    Optional<Sku> sku = in.id("sku", Sku::new);
    OptionalInt quantity = in.quantity(quantityName, 1);
    in.finish();
    return new Command.Allocate(orderId.orElseThrow(), sku.orElseThrow(), quantity.orElseThrow());
  }

  private static Command.Deallocate deallocate(Fields in) {
    Optional<OrderId> orderId = in.id("orderId", OrderId::new);
    Optional<Sku> sku = in.id("sku", Sku::new);
    in.finish();
    return new Command.Deallocate(orderId.orElseThrow(), sku.orElseThrow());
  }

  private static BulkLine bulkLine(String place, JsonNode line) {
    try {
      return new BulkLine.Understood(
          allocate(Fields.at(place, line, MOST_OF_A_LINE), "orderId", "quantity"));
    } catch (BadInput fault) {
      return new BulkLine.Faulty(fault);
    }
  }

  private static Fields fields(byte[] body) {
    return Fields.of(StrictJson.read(body));
  }
}
