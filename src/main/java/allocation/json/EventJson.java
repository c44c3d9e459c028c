package allocation.json;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Event;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Events as they stand in the log and go to Pulsar. Field names are for good. Reading fails on an
 * unknown type or version: an event that is not understood is never counted as done.
 */
public final class EventJson {
  /** The version that is written. */
  public static final int VERSION = 1;

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private EventJson() {}

  /** The event's type as it is published. */
  public static String type(Event event) {
    return switch (event) {
      case BatchCreated e -> "BatchCreated";
      case BatchQuantityChanged e -> "BatchQuantityChanged";
      case BatchEtaChanged e -> "BatchEtaChanged";
      case Allocated e -> "Allocated";
      case Deallocated e -> "Deallocated";
      case OutOfStock e -> "OutOfStock";
    };
  }

  /** Puts an event at its place, its JSON made here and nowhere else. */
  public static LoggedEvent logged(
      int shard,
      long position,
      Sku sku,
      Event event,
      Instant at,
      String unitId,
      String correlationId) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("type", type(event));
      out.writeNumberField("version", VERSION);
      out.writeNumberField("shard", shard);
      out.writeNumberField("position", position);
      out.writeStringField("sku", sku.value());
      write(out, event);
      out.writeStringField("at", at.toString());
      out.writeStringField("unitId", unitId);
      out.writeStringField("correlationId", correlationId);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    return new LoggedEvent(shard, position, sku, event, at, unitId, correlationId, text.toString());
  }

  /** Reads what {@link #logged} wrote; throws {@link IllegalArgumentException} on anything else. */
  public static LoggedEvent read(String data) {
    JsonNode json = parse(data);
    JsonNode version = field(json, "version");
    if (!version.isInt() || version.intValue() != VERSION) {
      throw new IllegalArgumentException("event version is not known: " + data);
    }
    try {
      return new LoggedEvent(
          quantity(json, "shard"),
          number(json, "position").longValue(),
          new Sku(text(json, "sku")),
          event(json, text(json, "type")),
          Instant.parse(text(json, "at")),
          text(json, "unitId"),
          text(json, "correlationId"),
          data);
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("an event has a wrong value: " + data, e);
    }
  }

  private static void write(JsonGenerator out, Event event) throws IOException {
    switch (event) {
      case BatchCreated e -> {
        out.writeStringField("ref", e.ref().value());
        out.writeNumberField("quantity", e.quantity());
        eta(out, "eta", e.arrival());
      }
      case BatchQuantityChanged e -> {
        out.writeStringField("ref", e.ref().value());
        out.writeNumberField("from", e.from());
        out.writeNumberField("to", e.to());
      }
      case BatchEtaChanged e -> {
        out.writeStringField("ref", e.ref().value());
        eta(out, "from", e.from());
        eta(out, "to", e.to());
      }
      case Allocated e -> {
        out.writeStringField("orderId", e.orderId().value());
        out.writeNumberField("quantity", e.quantity());
        out.writeStringField("batchRef", e.batchRef().value());
        eta(out, "eta", e.arrival());
        if (e.movedFrom().isPresent()) {
          out.writeStringField("movedFrom", e.movedFrom().get().value());
        }
      }
      case Deallocated e -> {
        out.writeStringField("orderId", e.orderId().value());
        out.writeNumberField("quantity", e.quantity());
        out.writeStringField("batchRef", e.batchRef().value());
        out.writeStringField("reason", e.reason().name());
      }
      case OutOfStock e -> {
        out.writeStringField("orderId", e.orderId().value());
        out.writeNumberField("quantity", e.quantity());
        out.writeStringField("reason", e.reason().name());
      }
    }
  }

  private static void eta(JsonGenerator out, String name, Arrival arrival) throws IOException {
    out.writeStringField(name, arrival.eta().map(LocalDate::toString).orElse(null));
  }

  private static Event event(JsonNode json, String type) {
    return switch (type) {
      case "BatchCreated" ->
          new BatchCreated(ref(json, "ref"), quantity(json, "quantity"), arrival(json, "eta"));
      case "BatchQuantityChanged" ->
          new BatchQuantityChanged(ref(json, "ref"), quantity(json, "from"), quantity(json, "to"));
      case "BatchEtaChanged" ->
          new BatchEtaChanged(ref(json, "ref"), arrival(json, "from"), arrival(json, "to"));
      case "Allocated" ->
          new Allocated(
              orderId(json),
              quantity(json, "quantity"),
              ref(json, "batchRef"),
              arrival(json, "eta"),
              json.has("movedFrom") ? Optional.of(ref(json, "movedFrom")) : Optional.empty());
      case "Deallocated" ->
          new Deallocated(
              orderId(json),
              quantity(json, "quantity"),
              ref(json, "batchRef"),
              Deallocated.Reason.valueOf(text(json, "reason")));
      case "OutOfStock" ->
          new OutOfStock(
              orderId(json),
              quantity(json, "quantity"),
              OutOfStock.Reason.valueOf(text(json, "reason")));
      default -> throw new IllegalArgumentException("event type is not known: " + json);
    };
  }

  private static JsonNode parse(String data) {
    try {
      return MAPPER.readTree(data);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an event is not JSON: " + data, e);
    }
  }

  private static JsonNode field(JsonNode json, String name) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException("an event has no '%s': %s".formatted(name, json));
    }
    return value;
  }

  private static String text(JsonNode json, String name) {
    JsonNode value = field(json, name);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("'%s' is not a text in event: %s".formatted(name, json));
    }
    return value.textValue();
  }

  private static JsonNode number(JsonNode json, String name) {
    JsonNode value = field(json, name);
    if (!value.isInt() && !value.isLong()) {
      throw new IllegalArgumentException("'%s' is not a count in event: %s".formatted(name, json));
    }
    return value;
  }

  private static int quantity(JsonNode json, String name) {
    return Math.toIntExact(number(json, name).longValue());
  }

  private static BatchRef ref(JsonNode json, String name) {
    return new BatchRef(text(json, name));
  }

  private static OrderId orderId(JsonNode json) {
    return new OrderId(text(json, "orderId"));
  }

  private static Arrival arrival(JsonNode json, String name) {
    JsonNode eta = field(json, name);
    return eta.isNull() ? Arrival.inStock() : Arrival.due(LocalDate.parse(text(json, name)));
  }
}
