package allocation.journey;

import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.Command;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the contract says that an outcome looks like; words for people and positions left out. */
record ExpectedAnswer(int status, JsonObject body) {
  private static final String PROBLEM = "urn:allocation:problem:";
  private static final List<String> NOT_COMPARED =
      List.of("position", "title", "detail", "correlationId");

  static ExpectedAnswer of(Command command, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted yes -> accepted(command, yes.answer());
      case Outcome.Repeated again -> new ExpectedAnswer(200, body(again.answer()));
      case Outcome.Refused no -> refused(no.refusal());
    };
  }

  /** What came, as far as it is compared. */
  static ExpectedAnswer of(Client.Answer answer) {
    JsonObject body = answer.body().copy();
    NOT_COMPARED.forEach(body::remove);
    return new ExpectedAnswer(answer.status(), body);
  }

  private static ExpectedAnswer accepted(Command command, Answer answer) {
    return switch (command) {
      case Command.CreateBatch create -> new ExpectedAnswer(201, body(answer));
      case Command.Allocate allocate -> new ExpectedAnswer(201, body(answer));
      case Command.ChangeBatch change -> new ExpectedAnswer(200, body(answer));
      case Command.Deallocate deallocate -> new ExpectedAnswer(204, new JsonObject());
    };
  }

  private static JsonObject body(Answer answer) {
    return switch (answer) {
      case Answer.OfBatch of -> batch(of.sku(), of.batch());
      case Answer.OfLine of -> line(of.line(), of.arrival());
      case Answer.OfRelease of -> new JsonObject();
      case Answer.OfChange of -> change(of);
    };
  }

  private static JsonObject change(Answer.OfChange of) {
    JsonArray moved = new JsonArray();
    for (Answer.Moved line : of.moved()) {
      moved.add(
          new JsonObject()
              .put("orderId", line.orderId().value())
              .put("from", line.from().value())
              .put("to", line.to().value()));
    }
    JsonArray unallocated = new JsonArray();
    for (Answer.Unallocated line : of.unallocated()) {
      unallocated.add(
          new JsonObject().put("orderId", line.orderId().value()).put("quantity", line.quantity()));
    }
    return new JsonObject()
        .put("batch", batch(of.sku(), of.batch()))
        .put("moved", moved)
        .put("unallocated", unallocated)
        .put("movedCount", of.movedCount())
        .put("unallocatedCount", of.unallocatedCount());
  }

  static JsonObject batch(Sku sku, Batch batch) {
    return new JsonObject()
        .put("ref", batch.ref().value())
        .put("sku", sku.value())
        .put("purchased", batch.purchased())
        .put("allocated", batch.allocated())
        .put("available", batch.purchased() - batch.allocated())
        .put("eta", eta(batch.arrival()));
  }

  private static JsonObject line(OrderLine line, Arrival arrival) {
    return new JsonObject()
        .put("orderId", line.orderId().value())
        .put("sku", line.sku().value())
        .put("quantity", line.quantity())
        .put("batchRef", line.batchRef().value())
        .put("eta", eta(arrival));
  }

  private static @Nullable String eta(Arrival arrival) {
    return arrival.eta().map(LocalDate::toString).orElse(null);
  }

  private static ExpectedAnswer refused(Refusal refusal) {
    return switch (refusal) {
      case Refusal.KeyReused no -> problem(422, "key-reused");
      case Refusal.BatchExistsWithOtherContent no -> problem(409, "batch-exists");
      case Refusal.LineExistsWithOtherQuantity no ->
          problem(409, "line-exists").with("allocatedQuantity", no.allocatedQuantity());
      case Refusal.UnknownSku no -> problem(404, "unknown-sku");
      case Refusal.UnknownBatch no -> problem(404, "unknown-batch");
      case Refusal.NothingAllocated no -> problem(404, "nothing-allocated");
      case Refusal.NoStock no ->
          problem(409, "out-of-stock").with("largest", no.largest()).with("total", no.total());
    };
  }

  private static ExpectedAnswer problem(int status, String type) {
    return new ExpectedAnswer(
        status, new JsonObject().put("type", PROBLEM + type).put("status", status));
  }

  private ExpectedAnswer with(String name, long number) {
    return new ExpectedAnswer(status, body.copy().put(name, number));
  }
}
