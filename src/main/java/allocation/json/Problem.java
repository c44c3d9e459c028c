package allocation.json;

import allocation.bus.CommandFailure;
import allocation.domain.Refusal;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Why there is no answer, in words and as data (RFC 9457).
 *
 * @param detail one sentence for a person; never about our insides
 * @param violations what is wrong with which field; only of an invalid request
 * @param extras numbers that a program can act on, e.g. {@code largest}
 * @param scope what the caller would have to be allowed to do; only where that is missing
 */
public record Problem(
    ProblemType type,
    int status,
    String detail,
    List<Violation> violations,
    SortedMap<String, Long> extras,
    Optional<String> scope) {
  private static final SortedMap<String, Long> NONE = Collections.emptySortedMap();

  public Problem {
    violations = List.copyOf(violations);
    extras = Collections.unmodifiableSortedMap(new TreeMap<>(extras));
  }

  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, type.status(), detail, List.of(), NONE, Optional.empty());
  }

  /** The caller is known, and may not do this. */
  public static Problem ofMissingScope(String scope) {
    ProblemType type = ProblemType.MISSING_SCOPE;
    return new Problem(
        type, type.status(), "It needs the scope " + scope, List.of(), NONE, Optional.of(scope));
  }

  public static Problem of(BadInput bad) {
    Violation first = bad.violations().getFirst();
    int others = bad.violations().size() - 1;
    String detail = first.field() + " " + first.message();
    return new Problem(
        ProblemType.INVALID_REQUEST,
        ProblemType.INVALID_REQUEST.status(),
        others == 0 ? detail : "%s (and %d more)".formatted(detail, others),
        bad.violations(),
        NONE,
        Optional.empty());
  }

  /** Every "no" of the domain. */
  public static Problem of(Refusal refusal) {
    return switch (refusal) {
      case Refusal.KeyReused no ->
          of(ProblemType.KEY_REUSED, "Use a new Idempotency-Key for a new command");
      case Refusal.BatchExistsWithOtherContent no ->
          of(
              ProblemType.BATCH_EXISTS,
              "Batch %s was created with another sku, quantity or eta".formatted(no.ref()));
      case Refusal.LineExistsWithOtherQuantity no ->
          of(
                  ProblemType.LINE_EXISTS,
                  "The order has %d of this SKU allocated".formatted(no.allocatedQuantity()))
              .with(Map.of("allocatedQuantity", (long) no.allocatedQuantity()));
      case Refusal.UnknownSku no -> of(ProblemType.UNKNOWN_SKU, "Invalid sku " + no.sku());
      case Refusal.UnknownBatch no -> of(ProblemType.UNKNOWN_BATCH, "Invalid batch " + no.ref());
      case Refusal.NothingAllocated no ->
          of(
              ProblemType.NOTHING_ALLOCATED,
              "Order %s has nothing of sku %s".formatted(no.orderId(), no.sku()));
      case Refusal.NoStock no ->
          of(
                  ProblemType.OUT_OF_STOCK,
                  "At most %d can be allocated as one line".formatted(no.largest()))
              .with(Map.of("largest", (long) no.largest(), "total", no.total()));
    };
  }

  /** A command that has no answer. */
  public static Problem of(CommandFailure failure) {
    return switch (failure) {
      case BUSY -> of(ProblemType.BUSY, "Nothing was written; send it again");
      case UNKNOWN ->
          of(
              ProblemType.OUTCOME_UNKNOWN,
              "It is not known to be recorded; send the same command again to learn it");
      case INTERNAL -> of(ProblemType.INTERNAL, "Nothing was written");
      case IN_FLIGHT ->
          of(
              ProblemType.IN_FLIGHT,
              "The command that was sent before with this Idempotency-Key has no answer yet; send it again to learn it");
    };
  }

  /** The same problem under another status. */
  public Problem withStatus(int other) {
    return new Problem(type, other, detail, violations, extras, scope);
  }

  private Problem with(Map<String, Long> numbers) {
    return new Problem(type, status, detail, violations, new TreeMap<>(numbers), scope);
  }

  /** As JSON. The original's clients read {@code message}, so its routes get it, too. */
  public JsonText json(String correlationId, boolean withMessage) {
    return out -> write(out, correlationId, withMessage);
  }

  private void write(JsonGenerator out, String correlationId, boolean withMessage)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("type", type.uri());
    out.writeStringField("title", type.title());
    out.writeNumberField("status", status);
    out.writeStringField("detail", detail);
    if (withMessage) {
      out.writeStringField("message", detail);
    }
    for (Map.Entry<String, Long> extra : extras.entrySet()) {
      out.writeNumberField(extra.getKey(), extra.getValue());
    }
    if (scope.isPresent()) {
      out.writeStringField("scope", scope.get());
    }
    if (!violations.isEmpty()) {
      out.writeArrayFieldStart("violations");
      for (Violation violation : violations) {
        out.writeStartObject();
        out.writeStringField("field", violation.field());
        out.writeStringField("message", violation.message());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    out.writeStringField("correlationId", correlationId);
    out.writeEndObject();
  }
}
