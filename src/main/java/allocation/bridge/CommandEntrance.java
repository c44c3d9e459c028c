package allocation.bridge;

import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.Dispatcher;
import allocation.bus.PublicFailure;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.json.Problem;
import allocation.wire.PublicAnswer;
import allocation.wire.PublicCommand;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers what comes to {@code allocation.public.commands}. */
final class CommandEntrance {
  /** Ids of all callers of the bus are of one scope: a caller makes them unlike those of others. */
  private static final String SCOPE = "bus";

  private final Dispatcher dispatcher;
  private final Supplier<String> ids;

  /**
   * @param ids makes one for what comes without
   */
  CommandEntrance(Dispatcher dispatcher, Supplier<String> ids) {
    this.dispatcher = dispatcher;
    this.ids = ids;
  }

  Future<String> answer(String text) {
    PublicCommand request = PublicCommand.read(text);
    Command command = request.command();
    Instant deadline = dispatcher.deadline();
    return dispatcher
        .skuOf(command)
        .recover(cause -> Future.failedFuture(failure(CommandFailure.of(cause))))
        .compose(sku -> sku.isEmpty() ? unknownBatch(command) : send(sku.get(), request, deadline))
        .map(PublicAnswer::text);
  }

  private Future<PublicAnswer> send(Sku sku, PublicCommand request, Instant deadline) {
    String id = request.id().orElseGet(ids);
    Optional<String> correlationId = request.correlationId();
    return dispatcher
        .send(sku, request.command(), new CommandKey(SCOPE, id), correlationId.orElse(id), deadline)
        .map(PublicAnswer::of)
        .recover(cause -> Future.failedFuture(failure(CommandFailure.of(cause))));
  }

  private static Future<PublicAnswer> unknownBatch(Command command) {
    if (command instanceof Command.ChangeBatch change) {
      Outcome no = new Outcome.Refused(new Refusal.UnknownBatch(change.ref()));
      return Future.succeededFuture(new PublicAnswer(no, Optional.empty()));
    }
    throw new IllegalStateException("only a batch's SKU has to be looked up, was " + command);
  }

  private static ReplyException failure(CommandFailure failure) {
    return PublicFailure.of(failure).exception(Problem.of(failure).detail());
  }
}
