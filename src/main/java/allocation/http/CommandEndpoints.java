package allocation.http;

import allocation.access.Scope;
import allocation.bus.CommandReply;
import allocation.domain.Answer;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.json.AnswerJson;
import allocation.json.BadInput;
import allocation.json.CommandJson;
import allocation.json.Findings;
import allocation.json.Problem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** The commands of {@code /v1}, one at a time. */
final class CommandEndpoints {
  private static final CharSequence IDEMPOTENCY_KEY =
      HttpHeaders.createOptimized("Idempotency-Key");
  private static final CharSequence REPLAYED = HttpHeaders.createOptimized("Idempotent-Replayed");
  private static final int MAX_KEY_CHARACTERS = 200;

  private final Commands commands;

  CommandEndpoints(Commands commands) {
    this.commands = commands;
  }

  List<Route> routes() {
    return List.of(
        Route.post(Scope.MANAGE_STOCK, "/v1/batches", this::createBatch),
        Route.patch(Scope.MANAGE_STOCK, "/v1/batches/{ref}", this::changeBatch),
        Route.post(Scope.ALLOCATE, "/v1/allocations", this::allocate),
        Route.delete(Scope.ALLOCATE, "/v1/allocations/{orderId}/{sku}", this::deallocate));
  }

  private Future<Reply> createBatch(Exchange exchange) {
    return make(exchange, CommandJson.createBatch(exchange.bodyBytes()));
  }

  private Future<Reply> allocate(Exchange exchange) {
    return make(exchange, CommandJson.allocate(exchange.bodyBytes()));
  }

  /** A command that is its own key: 201 the first time, 200 again. */
  private Future<Reply> make(Exchange exchange, Command command) {
    return commands
        .send(exchange, command, exchange.correlationId())
        .map(reply ->
            positioned(
                reply,
                switch (reply.outcome()) {
                  case Outcome.Accepted yes -> answered(201, yes.answer());
                  case Outcome.Repeated again -> answered(200, again.answer());
                  case Outcome.Refused no -> refused(exchange, no);
                }));
  }

  private Future<Reply> changeBatch(Exchange exchange) {
    Findings findings = new Findings();
    Optional<BatchRef> ref = findings.attempt(() -> exchange.pathId("ref", BatchRef::new));
    Optional<String> key = findings.attempt(() -> idempotencyKey(exchange));
    Optional<Function<BatchRef, Command.ChangeBatch>> change =
        findings.attempt(() -> CommandJson.changeBatch(exchange.bodyBytes()));
    findings.finish();
    Command command = change.orElseThrow().apply(ref.orElseThrow());
    return commands
        .send(exchange, command, key.orElseThrow())
        .map(reply -> keyed(exchange, reply, answer -> answered(200, answer)));
  }

  private Future<Reply> deallocate(Exchange exchange) {
    Findings findings = new Findings();
    Optional<OrderId> orderId = findings.attempt(() -> exchange.pathId("orderId", OrderId::new));
    Optional<Sku> sku = findings.attempt(() -> exchange.pathId("sku", Sku::new));
    Optional<String> key = findings.attempt(() -> idempotencyKey(exchange));
    findings.finish();
    Command command = new Command.Deallocate(orderId.orElseThrow(), sku.orElseThrow());
    return commands
        .send(exchange, command, key.orElseThrow())
        .map(reply -> keyed(exchange, reply, answer -> Reply.empty(204)));
  }

  /** A command that is known by its id: a repeat has the same status, and says that it is one. */
  private static Reply keyed(
      Exchange exchange, CommandReply reply, Function<Answer, Reply> answered) {
    return positioned(
        reply,
        switch (reply.outcome()) {
          case Outcome.Accepted yes -> answered.apply(yes.answer());
          case Outcome.Repeated again -> answered.apply(again.answer()).with(REPLAYED, "true");
          case Outcome.Refused no ->
              no.replayed() ? refused(exchange, no).with(REPLAYED, "true") : refused(exchange, no);
        });
  }

  private static Reply answered(int status, Answer answer) {
    return Reply.json(status, AnswerJson.of(answer));
  }

  private static Reply refused(Exchange exchange, Outcome.Refused no) {
    return Problems.reply(
        Problem.of(no.refusal()), exchange.correlationId(), exchange.route().original());
  }

  static Reply positioned(CommandReply reply, Reply answer) {
    return answer.with(Positions.HEADER, Positions.text(reply.shard(), reply.position()));
  }

  private static String idempotencyKey(Exchange exchange) {
    List<String> keys = exchange.headers(IDEMPOTENCY_KEY);
    if (keys.isEmpty()) {
      return UUID.randomUUID().toString();
    }
    if (keys.size() > 1 || !CorrelationIds.isVisible(keys.getFirst(), MAX_KEY_CHARACTERS)) {
      throw new BadInput(
          IDEMPOTENCY_KEY.toString(),
          "must be 1 to %d visible ASCII characters, once".formatted(MAX_KEY_CHARACTERS));
    }
    return keys.getFirst();
  }
}
