package allocation.http;

import allocation.access.Scope;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.json.AnswerJson;
import allocation.json.CommandJson;
import allocation.json.CommandJson.BulkLine;
import allocation.json.JsonText;
import allocation.json.Problem;
import io.vertx.core.Future;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Many allocations in one request, each on its own: some may fail while others are made. */
final class BulkEndpoint {
  private final Commands commands;

  BulkEndpoint(Commands commands) {
    this.commands = commands;
  }

  /** What became of one line. */
  private record Result(JsonText json, Optional<CommandReply> reply) {}

  Route route() {
    return Route.post(Scope.ALLOCATE, "/v1/allocations/bulk", this::allocate);
  }

  private Future<Reply> allocate(Exchange exchange) {
    List<BulkLine> lines = CommandJson.allocateInBulk(exchange.bodyBytes());
    List<Command.Allocate> understood =
        lines.stream()
            .filter(BulkLine.Understood.class::isInstance)
            .map(line -> ((BulkLine.Understood) line).command())
            .toList();
    return commands
        .sendAll(exchange, understood)
        .map(results -> reply(inOrder(exchange, lines, results.iterator())));
  }

  private static List<Result> inOrder(
      Exchange exchange, List<BulkLine> lines, Iterator<CommandResult> results) {
    return lines.stream()
        .map(line ->
            switch (line) {
              case BulkLine.Faulty faulty -> problem(exchange, Problem.of(faulty.fault()));
              case BulkLine.Understood understood ->
                  switch (results.next()) {
                    case CommandReply reply -> result(exchange, reply);
                    case CommandResult.NotDone not -> problem(exchange, Problem.of(not.failure()));
                  };
            })
        .toList();
  }

  private static Result result(Exchange exchange, CommandReply reply) {
    JsonText json =
        switch (reply.outcome()) {
          case Outcome.Accepted yes -> AnswerJson.ofItem(201, yes.answer());
          case Outcome.Repeated again -> AnswerJson.ofItem(200, again.answer());
          case Outcome.Refused no -> Problem.of(no.refusal()).json(exchange.correlationId(), false);
        };
    return new Result(json, Optional.of(reply));
  }

  private static Result problem(Exchange exchange, Problem problem) {
    return new Result(problem.json(exchange.correlationId(), false), Optional.empty());
  }

  private static Reply reply(List<Result> results) {
    Reply reply =
        Reply.json(200, JsonText.object("results", results.stream().map(Result::json).toList()));
    SortedMap<Integer, Long> highest = new TreeMap<>();
    results.stream()
        .flatMap(result -> result.reply().stream())
        .forEach(line -> highest.merge(line.shard(), line.position(), Math::max));
    return highest.isEmpty() ? reply : reply.with(Positions.HEADER, Positions.text(highest));
  }
}
