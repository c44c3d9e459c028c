package allocation.handler;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.Role;
import allocation.bus.ShardOwner;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns some shards: all their commands come here, wait in one bounded queue, and are decided and
 * committed many at a time. The first waits for nobody; under load the unit grows by itself, and
 * {@link Linger} lets it grow a little more.
 */
public final class CommandHandlerVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(CommandHandlerVerticle.class);

  /**
   * For {@link Settings}: a unit costs the database as much by itself as some fifteen lines do, so
   * one that is sent behind another, when it could wait for more commands, has twice as many.
   */
  public static final int LEAST_BEHIND = 32;

  private final Settings settings;
  private final int instance;
  private final List<Integer> first;
  private final Ledger ledger;
  private final Clock clock;

  /** By shard. */
  private final Map<Integer, MessageConsumer<BusMessage>> owned = new TreeMap<>();

  /** Each ends the listening to something else than commands. */
  private final List<Supplier<Future<Void>>> others = new ArrayList<>();

  private final CommandQueue queue;
  private final InFlight inFlight = new InFlight();
  private final ProductMemory memory;
  private final HandlerMetrics metrics;
  private final UnitRunner runner;
  private final List<Mark> marks = new ArrayList<>();
  private long queued;
  private long done;
  private int underWay;

  /** Something that is queued cannot be sent behind what is under way. */
  private boolean mustWait;

  private boolean lingering;

  /** Of units that end as soon as they begin, each would call the next one. */
  private boolean draining;

  /** Reached when so many commands are done. */
  private record Mark(long commands, Promise<Void> reached) {}

  /**
   * Bounds of one handler.
   *
   * @param queueCapacity commands that may wait; one SKU may hold half of them
   * @param unitCommands most commands of one unit of work
   * @param leastBehind commands that have to wait before a unit of them is sent behind one that is
   *     under way; usually {@link #LEAST_BEHIND}
   * @param cachedProducts products that this handler remembers
   * @param settleMs milliseconds for finding out whether a unit was committed
   */
  public record Settings(
      int queueCapacity, int unitCommands, int leastBehind, int cachedProducts, long settleMs) {}

  /**
   * Makes a handler; it works once it is deployed.
   *
   * @param instance tells the handlers of a node apart
   * @param first the shards that this handler alone serves until {@link Addresses#own} is told
   *     others; no other handler has one of them
   */
  public CommandHandlerVerticle(
      Vertx vertx,
      Settings settings,
      Shards shards,
      int instance,
      List<Integer> first,
      Ledger ledger,
      Clock clock,
      MeterRegistry registry) {
    this(
        vertx,
        settings,
        shards,
        instance,
        first,
        ledger,
        clock,
        registry,
        () -> UUID.randomUUID().toString());
  }

  /** The same with ids for its units of work, none of which was ever there. */
  public CommandHandlerVerticle(
      Vertx vertx,
      Settings settings,
      Shards shards,
      int instance,
      List<Integer> first,
      Ledger ledger,
      Clock clock,
      MeterRegistry registry,
      Supplier<String> unitIds) {
    this.settings = settings;
    this.instance = instance;
    this.first = List.copyOf(first);
    this.ledger = ledger;
    this.clock = clock;
    this.queue = new CommandQueue(settings.queueCapacity());
    this.memory = new ProductMemory(settings.cachedProducts(), first.size());
    this.metrics = new HandlerMetrics(registry, String.valueOf(instance));
    this.runner =
        new UnitRunner(vertx, ledger, shards, memory, metrics, clock, unitIds, settings.settleMs());
  }

  @Override
  public Future<?> start() {
    others.add(
        vertx.eventBus().<BusMessage>localConsumer(Addresses.BATCH_OWNERS, this::tellOwner)
            ::unregister);
    others.add(ShardOwner.listen(vertx, Role.HANDLER, instance, this::own)::stop);
    return own(first);
  }

  /** Takes no more, finishes what is queued. */
  @Override
  public Future<?> stop() {
    return Future.join(others.stream().map(Supplier::get).toList())
        .transform(left -> own(List.of()));
  }

  /** Finishes what is queued of the shards that it loses before it takes those that it gains. */
  private Future<Void> own(List<Integer> shards) {
    List<Integer> lost = owned.keySet().stream().filter(s -> !shards.contains(s)).toList();
    List<Integer> gained = shards.stream().filter(s -> !owned.containsKey(s)).toList();
    return Future.join(lost.stream().map(shard -> leave(shard)).toList())
        // Only now can nothing come any more: what is queued until here still gets its answer.
        .transform(left -> lost.isEmpty() ? Future.succeededFuture() : drained())
        .compose(drained -> {
          lost.forEach(memory::forget);
          memory.shareOver(shards.size());
          gained.forEach(shard ->
              owned.put(
                  shard, vertx.eventBus().localConsumer(Addresses.commands(shard), this::take)));
          return Future.all(
              gained.stream()
                  .map(owned::get)
                  .filter(Objects::nonNull)
                  .map(MessageConsumer::completion)
                  .toList());
        })
        .mapEmpty();
  }

  private Future<Void> leave(int shard) {
    MessageConsumer<BusMessage> consumer = owned.remove(shard);
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  /** Completes when every command that is queued now has its answer. */
  private Future<Void> drained() {
    Mark mark = new Mark(queued, Promise.promise());
    marks.add(mark);
    tellMarks();
    return mark.reached().future();
  }

  private void tellMarks() {
    List<Mark> all = List.copyOf(marks);
    for (Mark mark : all) {
      if (mark.commands() <= done) {
        marks.remove(mark);
        mark.reached().complete();
      }
    }
  }

  private void take(Message<BusMessage> request) {
    for (Pending command : Callers.pending(request)) {
      if (inFlight.contains(command)) {
        metrics.failure(command.command(), "in_flight");
        command.fail(CommandFailure.IN_FLIGHT, "one with the same key has no answer yet");
      } else if (queue.offer(command)) {
        queued++;
        inFlight.add(command);
      } else {
        metrics.failure(command.command(), "busy");
        command.fail(CommandFailure.BUSY, "too many commands are waiting");
      }
    }
    metrics.queueDepth(queue.size());
    drain();
  }

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (mayBegin()) {
        begin();
      }
    } finally {
      draining = false;
    }
  }

  private boolean mayBegin() {
    int most = settings.unitCommands();
    // While the database writes one, the next is sent and waits there; a third made nothing faster.
    return switch (underWay) {
      case 0 -> !queue.isEmpty() && (!lingering || queue.size() >= most);
      case 1 -> queue.size() >= settings.leastBehind() && !mustWait && canFollow();
      default -> false;
    };
  }

  /** Looks at all that is queued, so once for each unit: nothing that is queued changes sides. */
  private boolean canFollow() {
    mustWait = !runner.canFollow(queue.first(settings.unitCommands()).map(Pending::message));
    return !mustWait;
  }

  private void begin() {
    Instant began = clock.instant();
    List<Pending> unit = queue.take(settings.unitCommands());
    metrics.queueDepth(queue.size());
    underWay++;
    Future.succeededFuture(unit)
        .compose(runner::run)
        .onComplete(ran -> {
          underWay--;
          mustWait = false;
          if (ran.failed()) {
            LOG.error("a unit of work ended without its answers", ran.cause());
            unit.forEach(command ->
                command.fail(CommandFailure.UNKNOWN, "not known to be recorded; send it again"));
          }
          done += unit.size();
          tellMarks();
          if (underWay == 0) {
            Duration took = Duration.between(began, clock.instant());
            linger(Linger.after(unit.size(), queue.size(), took));
          }
          drain();
        });
  }

  private void linger(long ms) {
    if (ms == 0 || lingering) {
      return;
    }
    lingering = true;
    vertx.setTimer(
        ms,
        over -> {
          lingering = false;
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
