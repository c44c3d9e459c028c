package allocation.bridge;

import allocation.bus.PublicFailure;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.json.BadInput;
import allocation.wire.PublicQuery;
import io.vertx.core.Future;

/** Answers what comes to {@code allocation.public.queries}. */
final class QueryEntrance {
  private final Requests requests;
  private final Shards shards;
  private final long timeoutMs;

  QueryEntrance(Requests requests, Shards shards, long timeoutMs) {
    this.requests = requests;
    this.shards = shards;
    this.timeoutMs = timeoutMs;
  }

  Future<String> answer(String text) {
    Query query = PublicQuery.read(text);
    requireShards(query.freshness());
    return requests
        .ask(new Requests.To.ReadModel(), query, View.class, timeoutMs)
        .recover(cause -> Future.failedFuture(failure(cause)))
        .map(PublicQuery::text);
  }

  private void requireShards(Freshness freshness) {
    if (freshness instanceof Freshness.AtLeast least
        && least.positions().keySet().stream().anyMatch(shard -> shard >= shards.count())) {
      throw new BadInput("query.freshness.positions", "must name shards below " + shards.count());
    }
  }

  private static Throwable failure(Throwable cause) {
    // Nothing is written by a question, so there is no unknown outcome.
    return PublicFailure.of(cause) == PublicFailure.INTERNAL
        ? PublicFailure.INTERNAL.exception("The read side cannot answer this")
        : PublicFailure.BUSY.exception("The read side did not answer; ask again");
  }
}
