package allocation.handler;

import allocation.handler.CommitFailure.Unsettled;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out what became of a unit whose outcome is unknown; its id in the log decides. */
final class Settling {
  private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
  private static final long PAUSE_MS = 100;

  private final Vertx vertx;
  private final Ledger ledger;
  private final Clock clock;
  private final long limitMs;

  /**
   * @param limitMs milliseconds after which it is asked no more
   */
  Settling(Vertx vertx, Ledger ledger, Clock clock, long limitMs) {
    this.vertx = vertx;
    this.ledger = ledger;
    this.clock = clock;
    this.limitMs = limitMs;
  }

  /** Asks until the answer is final; fails when the time is over. */
  Future<Boolean> wasCommitted(Unsettled unsettled) {
    Effects effects = unsettled.effects();
    LOG.warn(
        "outcome unknown, looking unitId={} cause={}", effects.unitId(), unsettled.getMessage());
    return askUntil(effects, clock.instant().plusMillis(limitMs))
        .onSuccess(committed ->
            LOG.info("outcome settled unitId={} committed={}", effects.unitId(), committed))
        .onFailure(cause -> LOG.error("outcome not known unitId={}", effects.unitId(), cause));
  }

  private Future<Boolean> askUntil(Effects effects, Instant end) {
    return ledger
        .wasCommitted(effects)
        .recover(cause ->
            clock.instant().isAfter(end)
                ? Future.failedFuture(cause)
                : vertx.timer(PAUSE_MS).compose(fired -> askUntil(effects, end)));
  }
}
