package allocation.http;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.Query;
import allocation.bus.View;
import allocation.json.Problem;
import allocation.json.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/** Asks the read side. */
final class Queries {
  private final EventBus bus;
  private final long timeoutMs;

  Queries(EventBus bus, long timeoutMs) {
    this.bus = bus;
    this.timeoutMs = timeoutMs;
  }

  /** What the view shows; fails with a {@link ProblemException}, also when it is behind. */
  Future<View> ask(Query query) {
    return bus.<View>request(
            Addresses.QUERIES, query, new DeliveryOptions().setSendTimeout(timeoutMs))
        .map(Message::body)
        .recover(cause -> Future.failedFuture(new ProblemException(problem(cause))))
        .map(view -> {
          if (view instanceof View.Behind behind) {
            throw new ProblemException(ProblemType.VIEW_BEHIND, behind.why());
          }
          return view;
        });
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof ReplyException failure
        && failure.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      // Nothing is written by a question, so there is no unknown outcome.
      return CommandFailure.of(failure) == CommandFailure.BUSY
          ? Problem.of(ProblemType.BUSY, "The read side is busy; ask again")
          : Problem.of(ProblemType.INTERNAL, "See the log for the correlation id");
    }
    return Problem.of(ProblemType.VIEW_UNAVAILABLE, "The read side did not answer; ask again");
  }
}
