package allocation.bridge;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.PublicFailure;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.Replies;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.json.BadInput;
import allocation.wire.PublicQuery;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/** Answers what comes to {@code allocation.public.queries}. */
final class QueryEntrance {
  private final EventBus bus;
  private final Shards shards;
  private final long timeoutMs;

  QueryEntrance(EventBus bus, Shards shards, long timeoutMs) {
    this.bus = bus;
    this.shards = shards;
    this.timeoutMs = timeoutMs;
  }

  Future<String> answer(String text) {
    Query query = PublicQuery.read(text);
    requireShards(query.freshness());
    return bus.<BusMessage>request(
            Addresses.QUERIES, query, new DeliveryOptions().setSendTimeout(timeoutMs))
        .compose(Replies.as(View.class))
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
