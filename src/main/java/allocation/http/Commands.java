package allocation.http;

import allocation.access.Caller;
import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.bus.Dispatcher;
import allocation.domain.Command;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.json.Problem;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/** Sends commands to their handlers, and makes problems of those that have no answer. */
final class Commands {
  private final Dispatcher dispatcher;
  private final Turnstile turnstile;

  Commands(Dispatcher dispatcher, Turnstile turnstile) {
    this.dispatcher = dispatcher;
    this.turnstile = turnstile;
  }

  /**
   * What became of the command; fails with a {@link ProblemException}.
   *
   * @param id by which a repeat is known, within the route
   */
  Future<CommandReply> send(Exchange exchange, Command command, String id) {
    return sendQuietly(exchange, command, id)
        .onSuccess(reply -> Audit.tell(exchange, command, reply))
        .onFailure(cause -> {
          // As with those who were turned away at the door: a line for each would cost more.
          if (!(cause instanceof Turnstile.Full)) {
            Audit.tell(exchange, command, cause);
          }
        });
  }

  private Future<CommandReply> sendQuietly(Exchange exchange, Command command, String id) {
    CommandKey key = key(exchange, id);
    // One for both: to find a batch's SKU, and what is left of it for the command.
    Instant deadline = dispatcher.deadline();
    return dispatcher
        .skuOf(command)
        .recover(cause -> Future.failedFuture(problem(CommandFailure.of(cause))))
        .compose(sku ->
            sku.isEmpty()
                ? Future.failedFuture(unknownBatch(command))
                : turnstile.pass(
                    sku.get(), () -> send(exchange, sku.get(), command, key, deadline)));
  }

  private Future<CommandReply> send(
      Exchange exchange, Sku sku, Command command, CommandKey key, Instant deadline) {
    return dispatcher
        .send(sku, command, key, exchange.correlationId(), deadline)
        .recover(cause -> Future.failedFuture(problem(CommandFailure.of(cause))));
  }

  /**
   * What became of each; fails only with {@link Turnstile.Full}, and then nothing was done. Each is
   * its own key, so none needs an id.
   */
  Future<List<CommandResult>> sendAll(Exchange exchange, List<Command.Allocate> commands) {
    String id = exchange.correlationId();
    return turnstile
        .pass(Turnstile.Kind.BULK, () -> dispatcher.sendAll(commands, key(exchange, id), id))
        .onSuccess(results -> {
          for (int i = 0; i < commands.size(); i++) {
            Audit.tell(exchange, commands.get(i), results.get(i));
          }
        });
  }

  private static CommandKey key(Exchange exchange, String id) {
    Route route = exchange.route();
    String scope = "http " + route.method() + " " + route.template();
    // Two callers may choose the same id.
    return exchange.caller().equals(Caller.ANYBODY)
        ? new CommandKey(scope, id)
        : new CommandKey(scope + " " + exchange.caller().id(), id);
  }

  private static ProblemException unknownBatch(Command command) {
    if (command instanceof Command.ChangeBatch change) {
      return new ProblemException(Problem.of(new Refusal.UnknownBatch(change.ref())));
    }
    throw new IllegalStateException("only a batch's SKU has to be looked up, was " + command);
  }

  private static ProblemException problem(CommandFailure failure) {
    return new ProblemException(Problem.of(failure));
  }
}
