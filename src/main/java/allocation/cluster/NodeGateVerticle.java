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
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import java.time.Clock;
import java.time.Instant;

/**
 * Takes in what other nodes send, at the one address of this node that they know, and hands it to
 * the part of the service that it is for. What is not served here any more is refused at once, so
 * that the sender finds the one who serves it.
 */
public final class NodeGateVerticle extends VerticleBase {
  private static final DeliveryOptions HERE =
      new DeliveryOptions().setLocalOnly(true).addHeader(EventsCommitted.FORWARDED, "true");

  private final String self;
  private final Shards shards;
  private final Clock clock;

  /**
   * @param self this node's id
   */
  public NodeGateVerticle(String self, Shards shards, Clock clock) {
    this.self = self;
    this.shards = shards;
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    return vertx.eventBus().<BusMessage>consumer(Addresses.node(self), this::take).completion();
  }

  private void take(Message<BusMessage> request) {
    switch (request.body()) {
      case CommandMessage one -> forward(request, commands(one), until(one, end(request)));
      case CommandGroup group ->
          forward(
              request,
              commands(group.commands().getFirst()),
              new CommandGroup(
                  group.commands().stream().map(one -> until(one, end(request))).toList()));
      case BatchOwner question -> forward(request, Addresses.BATCH_OWNERS, question);
      case Query question -> forward(request, Addresses.QUERIES, question);
      case QueryGroup questions -> forward(request, Addresses.QUERIES, questions);
      case LetGo shardsOfOthers -> forward(request, Addresses.LET_GO, shardsOfOthers);
      case EventsCommitted nudge ->
          vertx.eventBus().publish(Addresses.events(nudge.shard()), nudge, HERE);
      case Unreadable other -> CommandFailure.INTERNAL.reply(request, other.why());
      case BusMessage other ->
          CommandFailure.INTERNAL.reply(request, "no node takes a " + other.getClass());
    }
  }

  private String commands(CommandMessage first) {
    return Addresses.commands(shards.of(first.sku()));
  }

  private void forward(Message<BusMessage> request, String address, BusMessage message) {
    vertx
        .eventBus()
        .<BusMessage>request(
            address,
            message,
            new DeliveryOptions().setLocalOnly(true).setSendTimeout(left(request)))
        .onSuccess(reply -> request.reply(reply.body()))
        .onFailure(cause -> fail(request, cause));
  }

  private static void fail(Message<BusMessage> request, Throwable cause) {
    if (cause instanceof ReplyException failure) {
      switch (failure.failureType()) {
        case NO_HANDLERS -> request.fail(CommandFailure.MOVED, "not served by this node");
        case RECIPIENT_FAILURE -> request.fail(failure.failureCode(), failure.getMessage());
        // The sender's time is over, too.
        case TIMEOUT, ERROR -> CommandFailure.UNKNOWN.reply(request, String.valueOf(cause));
      }
    } else {
      CommandFailure.UNKNOWN.reply(request, cause.toString());
    }
  }

  /** Clocks of two nodes may differ, so that a deadline is told as what is left until it. */
  private static CommandMessage until(CommandMessage message, Instant deadline) {
    return new CommandMessage(
        message.sku(), message.command(), message.key(), message.correlationId(), deadline);
  }

  private Instant end(Message<BusMessage> request) {
    return clock.instant().plusMillis(left(request));
  }

  private static long left(Message<BusMessage> request) {
    String ms = request.headers().get(Requests.LEFT_MS);
    // Whatever another node says, its request gets an answer.
    return ms != null && ms.matches("[0-9]{1,9}")
        ? Math.max(1, Long.parseLong(ms))
        : DeliveryOptions.DEFAULT_TIMEOUT;
  }
}
