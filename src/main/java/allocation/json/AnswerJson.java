package allocation.json;

import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.OrderLine;
import allocation.domain.Sku;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.LocalDate;

/** What a command that was carried out is answered with. {@code eta} is null when in stock. */
public final class AnswerJson {
  private AnswerJson() {}

  /** A batch, a line or a change; a release has nothing to tell and is written as its line. */
  public static JsonText of(Answer answer) {
    return out -> {
      out.writeStartObject();
      writeMembers(out, answer);
      out.writeEndObject();
    };
  }

  /** An item of a bulk answer: the single answer, led by the status it would have had. */
  public static JsonText ofItem(int status, Answer answer) {
    return out -> {
      out.writeStartObject();
      out.writeNumberField("status", status);
      writeMembers(out, answer);
      out.writeEndObject();
    };
  }

  private static void writeMembers(JsonGenerator out, Answer answer) throws IOException {
    switch (answer) {
      case Answer.OfBatch of ->
          writeBatch(
              out,
              of.sku(),
              of.batch().ref().value(),
              of.batch().purchased(),
              of.batch().allocated(),
              of.batch().arrival());
      case Answer.OfLine of -> {
        writeLine(out, of.line());
        writeEta(out, of.arrival());
        out.writeNumberField("position", of.line().position());
      }
      case Answer.OfRelease of -> writeLine(out, of.line());
      case Answer.OfChange of -> writeChange(out, of);
    }
  }

  private static void writeLine(JsonGenerator out, OrderLine line) throws IOException {
    out.writeStringField("orderId", line.orderId().value());
    out.writeStringField("sku", line.sku().value());
    out.writeNumberField("quantity", line.quantity());
    out.writeStringField("batchRef", line.batchRef().value());
  }

  private static void writeChange(JsonGenerator out, Answer.OfChange of) throws IOException {
    out.writeFieldName("batch");
    of(new Answer.OfBatch(of.sku(), of.batch())).write(out);
    out.writeArrayFieldStart("moved");
    for (Answer.Moved moved : of.moved()) {
      out.writeStartObject();
      out.writeStringField("orderId", moved.orderId().value());
      out.writeStringField("from", moved.from().value());
      out.writeStringField("to", moved.to().value());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("unallocated");
    for (Answer.Unallocated line : of.unallocated()) {
      out.writeStartObject();
      out.writeStringField("orderId", line.orderId().value());
      out.writeNumberField("quantity", line.quantity());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeNumberField("movedCount", of.movedCount());
    out.writeNumberField("unallocatedCount", of.unallocatedCount());
  }

  static void writeBatch(
      JsonGenerator out, Sku sku, String ref, int purchased, int allocated, Arrival arrival)
      throws IOException {
    out.writeStringField("ref", ref);
    out.writeStringField("sku", sku.value());
    writeHolding(out, purchased, allocated, arrival);
  }

  static void writeHolding(JsonGenerator out, int purchased, int allocated, Arrival arrival)
      throws IOException {
    out.writeNumberField("purchased", purchased);
    out.writeNumberField("allocated", allocated);
    out.writeNumberField("available", purchased - allocated);
    writeEta(out, arrival);
  }

  static void writeEta(JsonGenerator out, Arrival arrival) throws IOException {
    out.writeStringField("eta", arrival.eta().map(LocalDate::toString).orElse(null));
  }
}
