package allocation.bridge;

import allocation.bus.PublicFailure;
import allocation.json.BadInput;
import allocation.json.StrictJson;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request of another service: JSON, as text or as a JsonObject, and answered in kind. */
final class PublicRequest {
  private static final Logger LOG = LoggerFactory.getLogger(PublicRequest.class);

  private final Message<Object> message;

  PublicRequest(Message<Object> message) {
    this.message = message;
  }

  /**
   * Replies on every path with what {@code answer} makes of the request's text.
   *
   * @param outcome is told before the one who asked is
   */
  void answer(Function<String, Future<String>> answer, Completable<String> outcome) {
    Future.succeededFuture(message)
        .map(PublicRequest::text)
        .compose(answer)
        .recover(cause -> Future.failedFuture(failure(cause)))
        .onComplete(outcome)
        .onSuccess(this::reply)
        .onFailure(cause -> {
          ReplyException failure = (ReplyException) cause;
          message.fail(failure.failureCode(), failure.getMessage());
        });
  }

  private static String text(Message<Object> message) {
    Object body = message.body();
    return switch (body) {
      case String text -> text;
      case JsonObject json -> json.encode();
      case null, default ->
          throw new BadInput(StrictJson.BODY, "must be JSON, as text or as a JsonObject");
    };
  }

  private void reply(String text) {
    message.reply(message.body() instanceof JsonObject ? new JsonObject(text) : text);
  }

  private ReplyException failure(Throwable cause) {
    return switch (cause) {
      case ReplyException known -> known;
      case BadInput bad -> PublicFailure.INVALID.exception(String.valueOf(bad.getMessage()));
      default -> {
        LOG.error("a request has no answer address={}", message.address(), cause);
        yield PublicFailure.INTERNAL.exception("Something went wrong here");
      }
    };
  }
}
