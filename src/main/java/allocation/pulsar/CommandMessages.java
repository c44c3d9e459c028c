package allocation.pulsar;

import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.bus.Dispatcher;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees one message through: read it, ask its handler, and ask again in place, with the same key,
 * while there is no answer. Fails only when the verticle stops: the message then comes again.
 */
final class CommandMessages {
  private static final Logger LOG = LoggerFactory.getLogger(CommandMessages.class);

  /** So often something may go wrong inside before the next message shall have its turn. */
  private static final int MOST_INTERNAL_FAILURES = 5;

  private final Function<byte[], Command> parser;
  private final Dispatcher dispatcher;
  private final Pauses pauses;
  private final int maxBytes;

  /** A message under way, with what went wrong so far. */
  private record Attempt(
      Incoming message,
      Command command,
      Promise<Verdict> verdict,
      int failures,
      int internalFailures) {
    Attempt next(int internalFailuresSoFar) {
      return new Attempt(message, command, verdict, failures + 1, internalFailuresSoFar);
    }
  }

  /**
   * @param parser throws with the reason, on what is no command
   */
  CommandMessages(
      Function<byte[], Command> parser, Dispatcher dispatcher, Pauses pauses, int maxBytes) {
    this.parser = parser;
    this.dispatcher = dispatcher;
    this.pauses = pauses;
    this.maxBytes = maxBytes;
  }

  Future<Verdict> handle(Incoming message) {
    if (pauses.ended()) {
      return Future.failedFuture(new Pauses.Ended());
    }
    if (message.data().length() > maxBytes) {
      return dead(
          "too-large",
          "a command has at most %d bytes, this has %d"
              .formatted(maxBytes, message.data().length()));
    }
    Command command;
    try {
      command = parser.apply(message.data().getBytes());
    } catch (RuntimeException e) {
      return dead("unreadable", Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }
    Attempt first = new Attempt(message, command, Promise.promise(), 0, 0);
    attempt(first);
    return first.verdict().future();
  }

  /** Begins it; the next one does not wait inside it, since an outage of a day has thousands. */
  private void attempt(Attempt attempt) {
    Future.succeededFuture(attempt.command())
        .compose(dispatcher::skuOf)
        .compose(sku -> ask(attempt, sku))
        .onSuccess(verdict -> attempt.verdict().complete(verdict))
        .onFailure(cause -> again(attempt, cause));
  }

  private Future<Verdict> ask(Attempt attempt, Optional<Sku> sku) {
    Incoming message = attempt.message();
    if (sku.isEmpty()) {
      return Future.succeededFuture(unknownBatch(attempt.command()));
    }
    return dispatcher
        .send(
            sku.get(),
            attempt.command(),
            CommandKey.ofMessage(message.topic(), message.id()),
            message.correlationId())
        .map(CommandMessages::verdict);
  }

  private void again(Attempt attempt, Throwable cause) {
    boolean internal = CommandFailure.of(cause) == CommandFailure.INTERNAL;
    int internalFailures = attempt.internalFailures() + (internal ? 1 : 0);
    Incoming message = attempt.message();
    if (internalFailures >= MOST_INTERNAL_FAILURES) {
      attempt
          .verdict()
          .complete(new Verdict.Dead("internal-error", String.valueOf(cause.getMessage())));
      return;
    }
    if (attempt.failures() == 0) {
      LOG.warn(
          "no answer to a command, will ask again topic={} id={} correlationId={} cause={}",
          message.topic(),
          message.id(),
          message.correlationId(),
          cause.toString());
    }
    pauses
        .after(attempt.failures())
        .onSuccess(over -> attempt(attempt.next(internalFailures)))
        .onFailure(ended -> attempt.verdict().fail(ended));
  }

  private static Verdict verdict(CommandReply reply) {
    return switch (reply.outcome()) {
      case Outcome.Accepted yes -> new Verdict.Done("accepted");
      case Outcome.Repeated again -> new Verdict.Done("repeated");
      case Outcome.Refused no -> refused(no.refusal());
    };
  }

  /** Only a batch is looked up before it is asked for. */
  private static Verdict unknownBatch(Command command) {
    return command instanceof Command.ChangeBatch change
        ? refused(new Refusal.UnknownBatch(change.ref()))
        : new Verdict.Dead("unknown-batch", "there is no such batch");
  }

  private static Verdict refused(Refusal refusal) {
    return switch (refusal) {
      // The log tells those whom it concerns: OutOfStock.
      case Refusal.NoStock no -> new Verdict.Done("out-of-stock");
      case Refusal.KeyReused no ->
          new Verdict.Dead("key-reused", "another command had this message's id");
      case Refusal.BatchExistsWithOtherContent no ->
          new Verdict.Dead(
              "batch-exists",
              "batch %s was created with another SKU, quantity or ETA".formatted(no.ref()));
      case Refusal.LineExistsWithOtherQuantity no ->
          new Verdict.Dead(
              "line-exists",
              "the order has this SKU already, in quantity " + no.allocatedQuantity());
      case Refusal.UnknownSku no ->
          new Verdict.Dead("unknown-sku", "there was never a batch of SKU " + no.sku());
      case Refusal.UnknownBatch no ->
          new Verdict.Dead("unknown-batch", "there is no batch " + no.ref());
      case Refusal.NothingAllocated no ->
          new Verdict.Dead(
              "nothing-allocated",
              "order %s has nothing of SKU %s".formatted(no.orderId(), no.sku()));
    };
  }

  private static Future<Verdict> dead(String reason, String detail) {
    return Future.succeededFuture(new Verdict.Dead(reason, detail));
  }
}
