package allocation.http;

import allocation.access.Scope;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.json.Fields;
import allocation.json.Findings;
import allocation.json.Problem;
import allocation.json.ProblemType;
import allocation.json.ViewJson;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The questions of {@code /v1}. */
final class QueryEndpoints {
  private static final int DEFAULT_LIMIT = 100;

  private final Queries queries;
  private final Shards shards;

  QueryEndpoints(Queries queries, Shards shards) {
    this.queries = queries;
    this.shards = shards;
  }

  /** Which products are asked for. */
  private record Page(Optional<Sku> after, int limit) {}

  List<Route> routes() {
    return List.of(
        Route.get(Scope.READ, "/v1/orders/{orderId}/allocations", this::order),
        Route.get(Scope.READ, "/v1/products", this::products),
        Route.get(Scope.READ, "/v1/products/{sku}", this::product),
        Route.get(Scope.READ, "/v1/batches/{ref}", this::batch));
  }

  private Future<Reply> order(Exchange exchange) {
    return ask(
            exchange, () -> exchange.pathId("orderId", OrderId::new), Query.OrderAllocations::new)
        .map(view -> Reply.json(200, ViewJson.of(somethingAllocated(view))));
  }

  private Future<Reply> product(Exchange exchange) {
    return ask(exchange, () -> exchange.pathId("sku", Sku::new), Query.ProductBySku::new)
        .map(view -> {
          if (!(view instanceof View.ProductStock product)) {
            throw noneOrUnexpected(view, new Refusal.UnknownSku(exchange.pathId("sku", Sku::new)));
          }
          return Reply.json(200, ViewJson.of(product));
        });
  }

  private Future<Reply> batch(Exchange exchange) {
    return ask(exchange, () -> exchange.pathId("ref", BatchRef::new), Query.BatchByRef::new)
        .map(view -> {
          if (!(view instanceof View.BatchStock batch)) {
            throw noneOrUnexpected(
                view, new Refusal.UnknownBatch(exchange.pathId("ref", BatchRef::new)));
          }
          return Reply.json(200, ViewJson.of(batch));
        });
  }

  private Future<Reply> products(Exchange exchange) {
    return ask(
            exchange,
            () -> page(exchange),
            (page, fresh) -> new Query.Products(page.after(), page.limit(), fresh))
        .map(view -> {
          if (!(view instanceof View.ProductPage page)) {
            throw unexpected(view);
          }
          return Reply.json(200, ViewJson.of(page));
        });
  }

  private static Page page(Exchange exchange) {
    Fields in = Fields.of(exchange.query());
    Optional<Sku> after = in.optionalId("after", Sku::new);
    OptionalInt limit = in.optionalInteger("limit", 1, Query.Products.MAX_LIMIT);
    in.finish();
    return new Page(after, limit.orElse(DEFAULT_LIMIT));
  }

  private <T> Future<View> ask(
      Exchange exchange, Supplier<T> subject, BiFunction<T, Freshness, Query> query) {
    Findings findings = new Findings();
    Optional<T> about = findings.attempt(subject);
    Optional<Freshness> fresh =
        findings.attempt(() -> Positions.freshness(exchange.headers(Positions.HEADER), shards));
    findings.finish();
    return queries.ask(query.apply(about.orElseThrow(), fresh.orElseThrow()));
  }

  /** An order's lines; an order without any is told like one that was never heard of. */
  static View.OrderLines somethingAllocated(View view) {
    if (!(view instanceof View.OrderLines order)) {
      throw unexpected(view);
    }
    if (order.lines().isEmpty()) {
      throw new ProblemException(
          ProblemType.NOTHING_ALLOCATED,
          "Order %s has nothing allocated".formatted(order.orderId()));
    }
    return order;
  }

  private static RuntimeException noneOrUnexpected(View view, Refusal none) {
    return view instanceof View.Unknown ? new ProblemException(Problem.of(none)) : unexpected(view);
  }

  private static IllegalStateException unexpected(View view) {
    return new IllegalStateException("the read side answered something else: " + view);
  }
}
