package allocation.json;

import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Outcomes as they are stored, to be given again when their command is sent again. Nothing is lost
 * on the way there and back; the shape is ours alone, and old rows must stay readable.
 */
public final class OutcomeJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private OutcomeJson() {}

  /** The outcome as JSON text. */
  public static String write(Outcome outcome) {
    ObjectNode json = MAPPER.createObjectNode();
    switch (outcome) {
      case Outcome.Accepted yes -> write(json.put("outcome", "accepted"), yes.answer());
      case Outcome.Repeated again -> write(json.put("outcome", "repeated"), again.answer());
      case Outcome.Refused no -> {
        write(json.put("outcome", "refused"), no.refusal());
        if (no.replayed()) {
          json.put("replayed", true);
        }
      }
    }
    return json.toString();
  }

  /** Reads what {@link #write} wrote; throws {@link IllegalArgumentException} on anything else. */
  public static Outcome read(String text) {
    return read(parse(text));
  }

  /** The same, inside other JSON. */
  public static Outcome read(JsonNode json) {
    String outcome = text(json, "outcome");
    try {
      return switch (outcome) {
        case "accepted" -> new Outcome.Accepted(answer(json));
        case "repeated" -> new Outcome.Repeated(answer(json));
        case "refused" ->
            new Outcome.Refused(refusal(json), json.path("replayed").asBoolean(false));
        default -> throw new IllegalArgumentException("outcome is not known: " + outcome);
      };
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("an outcome has a wrong value: " + json, e);
    }
  }

  private static void write(ObjectNode json, Answer answer) {
    switch (answer) {
      case Answer.OfBatch of -> {
        json.put("answer", "batch").put("sku", of.sku().value());
        write(json.putObject("batch"), of.batch());
      }
      case Answer.OfLine of -> {
        json.put("answer", "line");
        write(json.putObject("line"), of.line());
        eta(json, "eta", of.arrival());
      }
      case Answer.OfRelease of -> write(json.put("answer", "release").putObject("line"), of.line());
      case Answer.OfChange of -> {
        json.put("answer", "change").put("sku", of.sku().value());
        write(json.putObject("batch"), of.batch());
        for (Answer.Moved moved : of.moved()) {
          json.withArray("moved")
              .addObject()
              .put("orderId", moved.orderId().value())
              .put("from", moved.from().value())
              .put("to", moved.to().value());
        }
        for (Answer.Unallocated line : of.unallocated()) {
          json.withArray("unallocated")
              .addObject()
              .put("orderId", line.orderId().value())
              .put("quantity", line.quantity());
        }
        json.put("movedCount", of.movedCount()).put("unallocatedCount", of.unallocatedCount());
      }
    }
  }

  private static void write(ObjectNode json, Batch batch) {
    json.put("ref", batch.ref().value())
        .put("purchased", batch.purchased())
        .put("allocated", batch.allocated());
    eta(json, "eta", batch.arrival());
    json.put("createdQuantity", batch.created().quantity());
    eta(json, "createdEta", batch.created().arrival());
  }

  private static void write(ObjectNode json, OrderLine line) {
    json.put("orderId", line.orderId().value())
        .put("sku", line.sku().value())
        .put("quantity", line.quantity())
        .put("batchRef", line.batchRef().value())
        .put("position", line.position());
  }

  private static void write(ObjectNode json, Refusal refusal) {
    switch (refusal) {
      case Refusal.KeyReused no -> json.put("refusal", "KeyReused");
      case Refusal.BatchExistsWithOtherContent no ->
          json.put("refusal", "BatchExistsWithOtherContent").put("ref", no.ref().value());
      case Refusal.LineExistsWithOtherQuantity no ->
          json.put("refusal", "LineExistsWithOtherQuantity")
              .put("allocatedQuantity", no.allocatedQuantity());
      case Refusal.UnknownSku no -> json.put("refusal", "UnknownSku").put("sku", no.sku().value());
      case Refusal.UnknownBatch no ->
          json.put("refusal", "UnknownBatch").put("ref", no.ref().value());
      case Refusal.NothingAllocated no ->
          json.put("refusal", "NothingAllocated")
              .put("orderId", no.orderId().value())
              .put("sku", no.sku().value());
      case Refusal.NoStock no ->
          json.put("refusal", "NoStock").put("largest", no.largest()).put("total", no.total());
    }
  }

  private static void eta(ObjectNode json, String name, Arrival arrival) {
    json.put(name, arrival.eta().map(LocalDate::toString).orElse(null));
  }

  private static Answer answer(JsonNode json) {
    String answer = text(json, "answer");
    return switch (answer) {
      case "batch" -> new Answer.OfBatch(sku(json), batch(field(json, "batch")));
      case "line" -> new Answer.OfLine(line(field(json, "line")), arrival(json, "eta"));
      case "release" -> new Answer.OfRelease(line(field(json, "line")));
      case "change" ->
          new Answer.OfChange(
              sku(json),
              batch(field(json, "batch")),
              list(json, "moved", OutcomeJson::moved),
              list(json, "unallocated", OutcomeJson::unallocated),
              integer(json, "movedCount"),
              integer(json, "unallocatedCount"));
      default -> throw new IllegalArgumentException("answer is not known: " + answer);
    };
  }

  private static Refusal refusal(JsonNode json) {
    String refusal = text(json, "refusal");
    return switch (refusal) {
      case "KeyReused" -> new Refusal.KeyReused();
      case "BatchExistsWithOtherContent" ->
          new Refusal.BatchExistsWithOtherContent(ref(json, "ref"));
      case "LineExistsWithOtherQuantity" ->
          new Refusal.LineExistsWithOtherQuantity(integer(json, "allocatedQuantity"));
      case "UnknownSku" -> new Refusal.UnknownSku(sku(json));
      case "UnknownBatch" -> new Refusal.UnknownBatch(ref(json, "ref"));
      case "NothingAllocated" -> new Refusal.NothingAllocated(orderId(json), sku(json));
      case "NoStock" ->
          new Refusal.NoStock(integer(json, "largest"), number(json, "total").longValue());
      default -> throw new IllegalArgumentException("refusal is not known: " + refusal);
    };
  }

  private static Batch batch(JsonNode json) {
    return new Batch(
        ref(json, "ref"),
        integer(json, "purchased"),
        integer(json, "allocated"),
        arrival(json, "eta"),
        new Batch.Created(integer(json, "createdQuantity"), arrival(json, "createdEta")));
  }

  private static OrderLine line(JsonNode json) {
    return new OrderLine(
        orderId(json),
        sku(json),
        integer(json, "quantity"),
        ref(json, "batchRef"),
        number(json, "position").longValue());
  }

  private static Answer.Moved moved(JsonNode json) {
    return new Answer.Moved(orderId(json), ref(json, "from"), ref(json, "to"));
  }

  private static Answer.Unallocated unallocated(JsonNode json) {
    return new Answer.Unallocated(orderId(json), integer(json, "quantity"));
  }

  private static <T> List<T> list(JsonNode json, String name, Function<JsonNode, T> read) {
    List<T> all = new ArrayList<>();
    json.path(name).forEach(item -> all.add(read.apply(item)));
    return all;
  }

  private static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an outcome is not JSON: " + text, e);
    }
  }

  private static JsonNode field(JsonNode json, String name) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException("an outcome has no '%s': %s".formatted(name, json));
    }
    return value;
  }

  private static JsonNode number(JsonNode json, String name) {
    JsonNode value = field(json, name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("'%s' is no number in: %s".formatted(name, json));
    }
    return value;
  }

  private static int integer(JsonNode json, String name) {
    return Math.toIntExact(number(json, name).longValue());
  }

  private static String text(JsonNode json, String name) {
    return field(json, name).asText();
  }

  private static Sku sku(JsonNode json) {
    return new Sku(text(json, "sku"));
  }

  private static BatchRef ref(JsonNode json, String name) {
    return new BatchRef(text(json, name));
  }

  private static OrderId orderId(JsonNode json) {
    return new OrderId(text(json, "orderId"));
  }

  private static Arrival arrival(JsonNode json, String name) {
    JsonNode eta = field(json, name);
    return eta.isNull() ? Arrival.inStock() : Arrival.due(LocalDate.parse(eta.asText()));
  }
}
