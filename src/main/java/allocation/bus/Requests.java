package allocation.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the part of the service that something is for, on this node or on another, and asks again
 * while there is time when a node has gone, or has handed over what it was asked for. So only what
 * may be done twice is asked here: questions, and commands, which are known by their keys. Belongs
 * to the event loop that it is made on.
 *
 * <p>A failed Future is read with {@link CommandFailure#of}.
 */
public final class Requests {
  /** The header that tells another node how many milliseconds the caller still waits. */
  public static final String LEFT_MS = "left-ms";

  /**
   * The header with the time of sending in milliseconds, by the clock of the node that it goes to:
   * not later than it was, by what that node's last reply said; {@link #NOT_KNOWN} without one. So
   * that node knows how old a message is that was held up on its way, whatever other clocks say.
   */
  public static final String SENT_AT_MS = "sent-at-ms";

  /** The value of {@link #SENT_AT_MS} when that node's clock is not known. */
  public static final String NOT_KNOWN = "?";

  /** The header of a reply with the clock of the node that replies, in milliseconds. */
  public static final String NOW_MS = "now-ms";

  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 200;

  /** A node that does not answer is asked again, in case that what it was sent was lost. */
  private static final int TRIES_OF_A_SILENT_NODE = 3;

  private final Vertx vertx;
  private final CurrentPlacement placement;
  private final LongSupplier nanoClock;
  private final Thread home = Thread.currentThread();
  private final Set<Attempt<?>> away = new LinkedHashSet<>();
  private final OtherClocks clocks;
  private int turn;

  /** Which part of the service is asked. */
  public sealed interface To {
    /** The handler of a shard. */
    record Handler(int shard) implements To {}

    /** Any handler: what it is asked is in the database. */
    record AnyHandler() implements To {}

    /** Any read model. */
    record ReadModel() implements To {}
  }

  public Requests(Vertx vertx, CurrentPlacement placement) {
    this(vertx, placement, System::nanoTime);
  }

  /** The same with a clock like {@link System#nanoTime}. */
  public Requests(Vertx vertx, CurrentPlacement placement, LongSupplier nanoClock) {
    this.vertx = vertx;
    this.nanoClock = nanoClock;
    this.clocks = new OtherClocks(nanoClock);
    this.placement = placement;
    if (!placement.get().isAlone()) {
      vertx.eventBus().<BusMessage>localConsumer(Addresses.PLACED, moved -> sendAgain());
    }
  }

  /** Of a node that is alone. */
  public static Requests alone(Vertx vertx) {
    return new Requests(vertx, CurrentPlacement.alone());
  }

  /**
   * The reply, of the type that is expected, within so many milliseconds. Throws where nodes of a
   * cluster would be asked from another event loop than its own.
   */
  public <T extends BusMessage> Future<T> ask(
      To to, BusMessage message, Class<T> reply, long timeoutMs) {
    if (placement.get().isAlone()) {
      return here(to, message, timeoutMs).compose(Replies.as(reply));
    }
    if (Thread.currentThread() != home) {
      throw new IllegalStateException(
          "made on %s and asked on %s".formatted(home.getName(), Thread.currentThread().getName()));
    }
    Attempt<T> attempt = new Attempt<>(to, message, reply, timeoutMs);
    attempt.send();
    return attempt.answer.future();
  }

  private Future<Message<BusMessage>> here(To to, BusMessage message, long timeoutMs) {
    return vertx
        .eventBus()
        .request(
            address(to),
            message,
            new DeliveryOptions().setSendTimeout(timeoutMs).setLocalOnly(true));
  }

  private static String address(To to) {
    return switch (to) {
      case To.Handler of -> Addresses.commands(of.shard());
      case To.AnyHandler any -> Addresses.BATCH_OWNERS;
      case To.ReadModel any -> Addresses.QUERIES;
    };
  }

  /** How many have been sent to another node and have no answer yet. */
  int away() {
    return away.size();
  }

  /** This node if it can, else one after the other. */
  private Optional<String> node(To to, Placement now) {
    return switch (to) {
      case To.Handler of -> now.owner(Role.HANDLER, of.shard());
      case To.AnyHandler any -> any(now, Role.HANDLER);
      case To.ReadModel any -> any(now, Role.READ_MODEL);
    };
  }

  private Optional<String> any(Placement now, Role role) {
    List<String> nodes = now.nodes(role);
    if (nodes.isEmpty() || nodes.contains(now.self())) {
      return nodes.isEmpty() ? Optional.empty() : Optional.of(now.self());
    }
    turn = (turn + 1) % nodes.size();
    return Optional.of(nodes.get(turn));
  }

  /** A node that is gone will not answer. */
  private void sendAgain() {
    Set<String> live = placement.get().live();
    clocks.forgetAllBut(live);
    List.copyOf(away).stream()
        .filter(attempt -> attempt.askedNode != null && !live.contains(attempt.askedNode))
        .forEach(attempt -> {
          attempt.mayBeDone |= attempt.awaited;
          attempt.send();
        });
  }

  private final class Attempt<T extends BusMessage> {
    private final To to;
    private final BusMessage message;
    private final Class<T> reply;
    private final long endNanos;
    private final long silenceMs;
    private final Promise<T> answer = Promise.promise();
    private long pauseMs = FIRST_PAUSE_MS;
    private int sendings;
    private boolean mayBeDone;

    /** Another node has been sent it, and has not said anything yet. */
    private boolean awaited;

    private boolean wasSentNobodyKnowsWhen;
    private @Nullable String askedNode;

    Attempt(To to, BusMessage message, Class<T> reply, long timeoutMs) {
      this.to = to;
      this.message = message;
      this.reply = reply;
      this.endNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      this.silenceMs = Math.max(1, timeoutMs / TRIES_OF_A_SILENT_NODE);
    }

    void send() {
      sendAfter(null);
    }

    /**
     * @param last why it has to be sent again, which still holds when there is no time to
     */
    private void sendAfter(@Nullable Throwable last) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - nanoClock.getAsLong());
      if (leftMs < 1) {
        end(null, last == null || mayBeDone ? outOfTime() : last);
        return;
      }
      sendings++;
      int sending = sendings;
      Placement now = placement.get();
      Optional<String> node = node(to, now);
      if (node.isEmpty()) {
        askedNode = null;
        pause(sending, new ReplyException(ReplyFailure.NO_HANDLERS, "no node serves " + to));
      } else if (node.get().equals(now.self())) {
        askedNode = null;
        here(to, message, leftMs)
            .compose(Replies.as(reply))
            .onComplete(done -> answered(sending, done.result(), done.cause()));
      } else {
        askedNode = node.get();
        awaited = true;
        away.add(this);
        abroad(node.get(), leftMs)
            .compose(Replies.as(reply))
            .onComplete(done -> answered(sending, done.result(), done.cause()));
      }
    }

    private Future<Message<BusMessage>> abroad(String node, long leftMs) {
      wasSentNobodyKnowsWhen = !clocks.isKnown(node);
      return vertx
          .eventBus()
          .<BusMessage>request(
              Addresses.node(node),
              message,
              new DeliveryOptions()
                  .setSendTimeout(Math.min(leftMs, silenceMs))
                  .addHeader(LEFT_MS, String.valueOf(leftMs))
                  .addHeader(SENT_AT_MS, clocks.sentAt(node)))
          .onSuccess(reply -> clocks.learn(node, reply.headers().get(NOW_MS)))
          .onFailure(cause -> {
            if (isTooOld(cause)) {
              clocks.learn(node, cause.getMessage());
            }
          });
    }

    /** Also of a sending that was given up: an answer is an answer, a failure is one too many. */
    private void answered(int sending, @Nullable T result, @Nullable Throwable cause) {
      if (sending == sendings) {
        awaited = false;
      }
      if (cause == null) {
        end(mayBeDone ? orDoneByAnother(result) : result, null);
      } else if (sending != sendings) {
        LOG.debug("a node that is gone has failed what others are asked", cause);
      } else if (isTooOld(cause) && wasSentNobodyKnowsWhen && isClockKnown()) {
        send();
      } else if (isPassing(cause) || (mayBeDone && isInFlight(cause))) {
        mayBeDone |= !isUndone(cause);
        pause(sending, cause);
      } else {
        // That this node has done nothing says nothing of the one before it.
        end(null, mayBeDone ? outOfTime() : cause);
      }
    }

    private @Nullable T orDoneByAnother(@Nullable T result) {
      return result instanceof CommandGroup.Results results
          ? reply.cast(results.orDoneByAnother())
          : result;
    }

    private void pause(int sending, Throwable cause) {
      if (sending != sendings || answer.future().isComplete()) {
        return;
      }
      long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - nanoClock.getAsLong());
      if (leftMs <= pauseMs) {
        end(null, mayBeDone ? outOfTime() : cause);
        return;
      }
      vertx.setTimer(
          pauseMs,
          over -> {
            if (sending == sendings && !answer.future().isComplete()) {
              sendAfter(cause);
            }
          });
      pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
    }

    private void end(@Nullable T result, @Nullable Throwable cause) {
      away.remove(this);
      if (cause == null) {
        answer.tryComplete(result);
      } else {
        answer.tryFail(cause);
      }
    }

    private static ReplyException outOfTime() {
      return new ReplyException(ReplyFailure.TIMEOUT, "no answer in time");
    }

    /** Another try may have an answer. */
    private static boolean isPassing(Throwable cause) {
      return cause instanceof ReplyException failure
          && (failure.failureType() != ReplyFailure.RECIPIENT_FAILURE
              || failure.failureCode() == CommandFailure.MOVED
              || isTooOld(cause));
    }

    private boolean isClockKnown() {
      return askedNode != null && clocks.isKnown(askedNode);
    }

    private static boolean isTooOld(Throwable cause) {
      return cause instanceof ReplyException failure
          && failure.failureType() == ReplyFailure.RECIPIENT_FAILURE
          && failure.failureCode() == CommandFailure.TOO_OLD;
    }

    /** What is in flight may be what was sent before from here. */
    private static boolean isInFlight(Throwable cause) {
      return CommandFailure.of(cause) == CommandFailure.IN_FLIGHT;
    }

    private static boolean isUndone(Throwable cause) {
      return cause instanceof ReplyException failure
          && (failure.failureType() == ReplyFailure.NO_HANDLERS
              || failure.failureCode() == CommandFailure.MOVED
              || isTooOld(cause));
    }
  }
}
