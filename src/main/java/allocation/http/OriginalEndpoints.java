package allocation.http;

import allocation.access.Scope;
import allocation.bus.CommandReply;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.json.CommandJson;
import allocation.json.JsonText;
import allocation.json.Problem;
import allocation.json.ViewJson;
import io.vertx.core.Future;
import java.util.List;

/**
 * The original service's own contract, so that its clients work unchanged. A body wins over query
 * parameters.
 */
final class OriginalEndpoints {
  private static final JsonText OK = JsonText.string("OK");

  private final Commands commands;
  private final Queries queries;

  OriginalEndpoints(Commands commands, Queries queries) {
    this.commands = commands;
    this.queries = queries;
  }

  List<Route> routes() {
    return List.of(
        Route.post(Scope.MANAGE_STOCK, "/add_batch", this::addBatch).asInTheOriginal(),
        Route.post(Scope.ALLOCATE, "/allocate", this::allocate).asInTheOriginal(),
        Route.get(Scope.READ, "/allocations/{orderid}", this::allocations).asInTheOriginal());
  }

  private Future<Reply> addBatch(Exchange exchange) {
    Command command =
        exchange.hasBody()
            ? CommandJson.addBatch(exchange.bodyBytes())
            : CommandJson.addBatch(exchange.query());
    return send(exchange, command, 201);
  }

  private Future<Reply> allocate(Exchange exchange) {
    Command command =
        exchange.hasBody()
            ? CommandJson.originalAllocate(exchange.bodyBytes())
            : CommandJson.originalAllocate(exchange.query());
    return send(exchange, command, 202);
  }

  private Future<Reply> allocations(Exchange exchange) {
    OrderId orderId = exchange.pathId("orderid", OrderId::new);
    // Its clients read at once what they wrote, and know nothing of positions.
    return queries
        .ask(new Query.OrderAllocations(orderId, new Freshness.Committed()))
        .map(view -> Reply.json(200, ViewJson.original(QueryEndpoints.somethingAllocated(view))));
  }

  private Future<Reply> send(Exchange exchange, Command command, int status) {
    return commands
        .send(exchange, command, exchange.correlationId())
        .map(reply -> CommandEndpoints.positioned(reply, answer(exchange, reply, status)));
  }

  private static Reply answer(Exchange exchange, CommandReply reply, int status) {
    return switch (reply.outcome()) {
      case Outcome.Accepted yes -> Reply.json(status, OK);
      case Outcome.Repeated again -> Reply.json(status, OK);
      case Outcome.Refused no ->
          switch (no.refusal()) {
            // The original takes the line, and sends word to the buyer.
            case Refusal.NoStock outOfStock -> Reply.json(status, OK);
            case Refusal.UnknownSku unknown ->
                problem(exchange, Problem.of(unknown).withStatus(400));
            default -> problem(exchange, Problem.of(no.refusal()));
          };
    };
  }

  private static Reply problem(Exchange exchange, Problem problem) {
    return Problems.reply(problem, exchange.correlationId(), true);
  }
}
