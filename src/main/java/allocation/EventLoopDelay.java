package allocation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.TimeUnit;

/**
 * Measures how late a timer of its event loop fires: what every message on that loop waits. Deploy
 * one instance an event loop.
 */
final class EventLoopDelay extends VerticleBase {
  private static final long EVERY_MS = 100;

  private final MeterRegistry registry;
  private long due;

  EventLoopDelay(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Future<?> start() {
    next(
        Timer.builder("allocation.eventloop.delay")
            .description("How much later than asked a timer of an event loop fires")
            .tag("loop", Thread.currentThread().getName())
            .register(registry));
    return Future.succeededFuture();
  }

  private void next(Timer delay) {
    due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MS);
    vertx.setTimer(
        EVERY_MS,
        fired -> {
          delay.record(Math.max(0, System.nanoTime() - due), TimeUnit.NANOSECONDS);
          next(delay);
        });
  }
}
