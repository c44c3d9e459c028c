package allocation.log;

import allocation.bus.Addresses;
import allocation.bus.LogPositions;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the log once in a while how far it is, for all followers of the node together. */
public final class LogPoller {
  private static final Logger LOG = LoggerFactory.getLogger(LogPoller.class);

  private final Vertx vertx;
  private final EventLog log;
  private final long pollMs;
  private long timer;
  private volatile boolean stopped;
  private boolean asking;
  private boolean failing;

  /**
   * @param pollMs milliseconds between two questions
   */
  public LogPoller(Vertx vertx, EventLog log, long pollMs) {
    this.vertx = vertx;
    this.log = log;
    this.pollMs = pollMs;
  }

  /** Starts asking, on the caller's event loop. */
  public void start() {
    timer = vertx.setPeriodic(0, pollMs, tick -> ask());
  }

  /** Asks no more, and has no ear for an answer that is under way. */
  public void stop() {
    stopped = true;
    vertx.cancelTimer(timer);
  }

  private void ask() {
    if (asking) {
      return;
    }
    asking = true;
    log.positions()
        .onComplete(answer -> {
          asking = false;
          if (stopped) {
            return;
          }
          if (answer.succeeded()) {
            failing = false;
            vertx
                .eventBus()
                .publish(
                    Addresses.POSITIONS,
                    new LogPositions(answer.result()),
                    new DeliveryOptions().setLocalOnly(true));
          } else if (!failing) {
            failing = true;
            LOG.warn("the log cannot be asked, will ask again", answer.cause());
          }
        });
  }
}
