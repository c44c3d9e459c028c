package allocation.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.function.Function;

/** Replies to requests, as the requester takes them. */
public final class Replies {
  private Replies() {}

  /**
   * The body of a reply; fails with {@link CommandFailure#UNKNOWN} when it is something else: what
   * was asked for may well be done, only its answer cannot be read.
   */
  public static <T extends BusMessage> Function<Message<BusMessage>, Future<T>> as(Class<T> type) {
    return reply -> {
      Object body = reply.body();
      if (type.isInstance(body)) {
        return Future.succeededFuture(type.cast(body));
      }
      String why = body instanceof Unreadable other ? other.why() : "not a reply: " + body;
      return Future.failedFuture(CommandFailure.UNKNOWN.exception(why));
    };
  }
}
