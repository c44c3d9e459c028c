package allocation.http;

import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.Requests;
import allocation.bus.View;
import allocation.json.Problem;
import allocation.json.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks the read side. What the requests of one turn of the event loop ask goes in one message.
 * Belongs to one event loop.
 */
final class Queries {
  /** Most questions of a message. */
  private static final int MOST_TOGETHER = 200;

  private final Vertx vertx;
  private final Requests requests;
  private final Turnstile turnstile;
  private final long timeoutMs;
  private final Turn orders = new Turn();
  private final Turn products = new Turn();

  Queries(Vertx vertx, Requests requests, Turnstile turnstile, long timeoutMs) {
    this.vertx = vertx;
    this.requests = requests;
    this.turnstile = turnstile;
    this.timeoutMs = timeoutMs;
  }

  /** What the view shows; fails with a {@link ProblemException}, also when it is behind. */
  Future<View> ask(Query query) {
    return turnstile.pass(Turnstile.Kind.QUESTIONS, () -> askNow(query));
  }

  private Future<View> askNow(Query query) {
    return answer(query)
        .recover(cause -> Future.failedFuture(new ProblemException(problem(cause))))
        .map(view -> {
          if (view instanceof View.Behind behind) {
            throw new ProblemException(ProblemType.VIEW_BEHIND, behind.why());
          }
          return view;
        });
  }

  private Future<View> answer(Query query) {
    // One that waits for fresher views would keep the others of its message waiting.
    if (!(query.freshness() instanceof Query.Freshness.Any)) {
      return request(query);
    }
    return switch (query) {
      case Query.OrderAllocations q -> orders.ask(q);
      case Query.ProductBySku q -> products.ask(q);
      case Query.BatchByRef q -> request(q);
      case Query.Products q -> request(q);
    };
  }

  /** Questions of one kind that have come in a turn of the event loop. */
  private final class Turn {
    private List<Asked> waiting = new ArrayList<>();

    private record Asked(Query query, Promise<View> answer) {}

    Future<View> ask(Query query) {
      Asked asked = new Asked(query, Promise.promise());
      waiting.add(asked);
      if (waiting.size() == 1) {
        // By then every request that has arrived with this one has been read.
        vertx.runOnContext(over -> send());
      } else if (waiting.size() == MOST_TOGETHER) {
        send();
      }
      return asked.answer().future();
    }

    private void send() {
      List<Asked> all = waiting;
      waiting = new ArrayList<>();
      if (all.size() == 1) {
        request(all.getFirst().query()).onComplete(all.getFirst().answer());
      } else if (!all.isEmpty()) {
        request(new QueryGroup(all.stream().map(Asked::query).toList()), QueryGroup.Views.class)
            .onSuccess(reply -> answer(all, reply.views()))
            .onFailure(cause -> all.forEach(asked -> asked.answer().fail(cause)));
      }
    }

    private static void answer(List<Asked> all, List<Optional<View>> views) {
      for (int i = 0; i < all.size(); i++) {
        Promise<View> answer = all.get(i).answer();
        views
            .get(i)
            .ifPresentOrElse(
                answer::complete,
                () -> answer.fail(CommandFailure.BUSY.exception("the read side is busy")));
      }
    }
  }

  private Future<View> request(Query query) {
    return request(query, View.class);
  }

  private <T extends BusMessage> Future<T> request(BusMessage message, Class<T> reply) {
    return requests.ask(new Requests.To.ReadModel(), message, reply, timeoutMs);
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
