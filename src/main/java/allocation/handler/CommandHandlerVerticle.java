package allocation.handler;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.Shards;
import allocation.bus.Unreadable;
import allocation.domain.BatchRef;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns some shards: all their commands come here, wait in one bounded queue, and are decided and
 * committed many at a time. The first waits for nobody; under load the unit grows by itself.
 */
public final class CommandHandlerVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(CommandHandlerVerticle.class);

  private final Settings settings;
  private final List<Integer> owned;
  private final Ledger ledger;

  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private final CommandQueue queue;
  private final Promise<Void> drained = Promise.promise();
  private final HandlerMetrics metrics;
  private final UnitRunner runner;
  private boolean running;
  private boolean stopping;

  /**
   * Bounds of one handler.
   *
   * @param queueCapacity commands that may wait; one SKU may hold half of them
   * @param unitCommands most commands of one unit of work
   * @param cachedProducts products that this handler remembers
   * @param settleMs milliseconds for finding out whether a unit was committed
   */
  public record Settings(int queueCapacity, int unitCommands, int cachedProducts, long settleMs) {}

  /**
   * Makes a handler; it works once it is deployed.
   *
   * @param owned the shards that this handler alone serves; no other handler has one of them
   */
  public CommandHandlerVerticle(
      Vertx vertx,
      Settings settings,
      Shards shards,
      List<Integer> owned,
      Ledger ledger,
      Clock clock,
      MeterRegistry registry) {
    this.settings = settings;
    this.owned = List.copyOf(owned);
    this.ledger = ledger;
    this.queue = new CommandQueue(settings.queueCapacity());
    this.metrics = new HandlerMetrics(registry, String.valueOf(owned.getFirst()));
    this.runner =
        new UnitRunner(
            vertx,
            ledger,
            shards,
            new ProductMemory(settings.cachedProducts(), owned.size()),
            metrics,
            clock,
            settings.settleMs());
  }

  @Override
  public Future<?> start() {
    for (int shard : owned) {
      consumers.add(vertx.eventBus().consumer(Addresses.commands(shard), this::take));
    }
    consumers.add(vertx.eventBus().<BusMessage>consumer(Addresses.BATCH_OWNERS, this::tellOwner));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
  }

  /** Takes no more, finishes what is queued. */
  @Override
  public Future<?> stop() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
        .transform(left -> {
          // Only now can nothing come any more: what is queued until here still gets its answer.
          stopping = true;
          if (!running) {
            drained.tryComplete();
          }
          return drained.future();
        });
  }

  private void take(Message<BusMessage> request) {
    for (Pending command : Callers.pending(request)) {
      if (!queue.offer(command)) {
        metrics.failure(command.command(), "busy");
        command.fail(CommandFailure.BUSY, "too many commands are waiting");
      }
    }
    metrics.queueDepth(queue.size());
    drain();
  }

  private void drain() {
    if (running) {
      return;
    }
    if (queue.isEmpty()) {
      if (stopping) {
        drained.tryComplete();
      }
      return;
    }
    running = true;
    List<Pending> unit = queue.take(settings.unitCommands());
    metrics.queueDepth(queue.size());
    Future.succeededFuture(unit)
        .compose(runner::run)
        .onComplete(done -> {
          running = false;
          if (done.failed()) {
            LOG.error("a unit of work ended without its answers", done.cause());
            unit.forEach(command ->
                command.fail(CommandFailure.UNKNOWN, "not known to be recorded; send it again"));
          }
          drain();
        });
  }

  private void tellOwner(Message<BusMessage> request) {
    Object body = request.body();
    switch (body) {
      case BatchOwner question -> tellOwner(request, question.ref());
      case Unreadable other -> refuse(request, other.why());
      default -> refuse(request, "not a question for an owner: " + body.getClass().getName());
    }
  }

  private void tellOwner(Message<BusMessage> request, BatchRef ref) {
    ledger
        .ownerOf(ref)
        .onSuccess(sku -> request.reply(new BatchOwner.Found(sku)))
        .onFailure(cause -> {
          LOG.warn("the owner of a batch cannot be told ref={}", ref, cause);
          CommandFailure.BUSY.reply(request, "the database is not available");
        });
  }

  private static void refuse(Message<BusMessage> request, String why) {
    LOG.error("a question cannot be read address={} why={}", request.address(), why);
    CommandFailure.INTERNAL.reply(request, why);
  }
}
