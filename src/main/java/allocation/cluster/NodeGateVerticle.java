package allocation.cluster;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandMessage;
import allocation.bus.EventsCommitted;
import allocation.bus.LetGo;
import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.bus.Unreadable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import java.time.Clock;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Takes in what other nodes send, at the one address of this node that they know, and hands it to
 * the part of the service that it is for. What is not served here any more is refused at once, so
 * that the sender finds the one who serves it.
 */
public final class NodeGateVerticle extends VerticleBase {
  private static final DeliveryOptions HERE =
      new DeliveryOptions().setLocalOnly(true).addHeader(EventsCommitted.FORWARDED, "true");

  /** By so much two clocks may run apart while one is taken to be known: 100 ppm and more. */
  private static final long MOST_DRIFT_MS = 100;

  private final String self;
  private final Shards shards;
  private final Clock clock;
  private final LongSupplier nanoClock;
  private final Counter tooOld;

  /**
   * @param self this node's id
   */
  public NodeGateVerticle(String self, Shards shards, Clock clock, MeterRegistry metrics) {
    this(self, shards, clock, metrics, System::nanoTime);
  }

  /** The same with a clock like {@link System#nanoTime}. */
  public NodeGateVerticle(
      String self, Shards shards, Clock clock, MeterRegistry metrics, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.self = self;
    this.shards = shards;
    this.clock = clock;
    this.tooOld =
        Counter.builder("allocation.cluster.too.old")
            .description("Requests of other nodes that came when nobody waited for them any more")
            .register(metrics);
  }

  @Override
  public Future<?> start() {
    return vertx.eventBus().<BusMessage>consumer(Addresses.node(self), this::take).completion();
  }

  private void take(Message<BusMessage> request) {
    OptionalLong ageMs = ageMs(request);
    long leftMs = leftMs(request) - ageMs.orElse(0);
    if (ageMs.isEmpty() || leftMs < 1) {
      if (ageMs.isPresent()) {
        tooOld.increment();
      }
      request.fail(CommandFailure.TOO_OLD, String.valueOf(clock.millis()));
      return;
    }
    // Of another service in the cluster it could be anything.
    Object body = request.body();
    switch (body) {
      case CommandMessage one -> forward(request, commands(one), until(end(leftMs), one), leftMs);
      case CommandGroup group ->
          forward(
              request, commands(group.commands().getFirst()), until(end(leftMs), group), leftMs);
      case BatchOwner question -> forward(request, Addresses.BATCH_OWNERS, question, leftMs);
      case Query question -> forward(request, Addresses.QUERIES, question, leftMs);
      case QueryGroup questions -> forward(request, Addresses.QUERIES, questions, leftMs);
      case LetGo shardsOfOthers -> forward(request, Addresses.LET_GO, shardsOfOthers, leftMs);
      case EventsCommitted nudge ->
          vertx.eventBus().publish(Addresses.events(nudge.shard()), nudge, HERE);
      case Unreadable other -> CommandFailure.INTERNAL.reply(request, other.why());
      default -> CommandFailure.INTERNAL.reply(request, "no node takes a " + body.getClass());
    }
  }

  private String commands(CommandMessage first) {
    return Addresses.commands(shards.of(first.sku()));
  }

  private void forward(
      Message<BusMessage> request, String address, BusMessage message, long leftMs) {
    long sentNanos = nanoClock.getAsLong();
    vertx
        .eventBus()
        .<BusMessage>request(
            address, message, new DeliveryOptions().setLocalOnly(true).setSendTimeout(leftMs))
        .onSuccess(reply -> request.reply(reply.body(), withClock()))
        .onFailure(cause -> {
          long tookMs = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - sentNanos);
          fail(request, cause, tookMs < leftMs / 2);
        });
  }

  private static void fail(Message<BusMessage> request, Throwable cause, boolean early) {
    if (cause instanceof ReplyException failure) {
      switch (failure.failureType()) {
        case NO_HANDLERS -> request.fail(CommandFailure.MOVED, "not served by this node");
        case RECIPIENT_FAILURE -> request.fail(failure.failureCode(), failure.getMessage());
        case TIMEOUT -> {
          if (early) {
            // By the bus, and not by its timer: the shard was handed over with this on its way.
            request.fail(CommandFailure.MOVED, "not taken by this node");
          } else {
            // The sender's time is over, too, as far as is known here.
            CommandFailure.UNKNOWN.reply(request, String.valueOf(cause));
          }
        }
        case ERROR -> CommandFailure.UNKNOWN.reply(request, String.valueOf(cause));
      }
    } else {
      CommandFailure.UNKNOWN.reply(request, cause.toString());
    }
  }

  private DeliveryOptions withClock() {
    return new DeliveryOptions().addHeader(Requests.NOW_MS, String.valueOf(clock.millis()));
  }

  /** Clocks of two nodes may differ, so that a deadline is told as what is left until it. */
  private static CommandMessage until(Instant deadline, CommandMessage message) {
    return new CommandMessage(
        message.sku(), message.command(), message.key(), message.correlationId(), deadline);
  }

  private static CommandGroup until(Instant deadline, CommandGroup group) {
    return new CommandGroup(
        group.commands().stream().map(message -> until(deadline, message)).toList());
  }

  private Instant end(long leftMs) {
    return clock.instant().plusMillis(leftMs);
  }

  /** What its sender waited when it was sent. */
  private static long leftMs(Message<BusMessage> request) {
    String ms = request.headers().get(Requests.LEFT_MS);
    // Whatever another node says, its request gets an answer.
    return ms != null && ms.matches("-?[0-9]{1,9}")
        ? Long.parseLong(ms)
        : DeliveryOptions.DEFAULT_TIMEOUT;
  }

  /** How long ago it was sent, at the most; empty when nobody knows. */
  private OptionalLong ageMs(Message<BusMessage> request) {
    String sentAtMs = request.headers().get(Requests.SENT_AT_MS);
    if (sentAtMs == null) {
      // From a placement, which asks for nothing that must not come late, or an earlier build.
      return OptionalLong.of(0);
    }
    if (!sentAtMs.matches("[0-9]{1,15}")) {
      return OptionalLong.empty();
    }
    long ageMs = clock.millis() - Long.parseLong(sentAtMs);
    // This clock was set back, or stood still, since the sender has seen it.
    return ageMs < -MOST_DRIFT_MS ? OptionalLong.empty() : OptionalLong.of(Math.max(0, ageMs));
  }
}
