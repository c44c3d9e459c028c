package allocation.bus;

import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/** Why a command has no answer. Each is safe to send again with the same key. */
public enum CommandFailure {
  /** Nothing was written: the queue is full, the database away, or nobody owns the shard yet. */
  BUSY(1),
  /** It may have been written or not; only the same command again will tell. */
  UNKNOWN(2),
  /** Our fault. Nothing was written. */
  INTERNAL(3),
  /** One with the same key has no answer yet; its answer will be this one's, too. */
  IN_FLIGHT(5);

  /**
   * The code of a node's refusal of what another one serves by now: nothing was written. {@link
   * Requests} sends it there; when it has no time left for that, it is {@link #BUSY}.
   */
  public static final int MOVED = 4;

  /**
   * The code of a node's refusal of what was sent longer ago than its sender waits, or nobody knows
   * when: nothing was written. Its message is that node's clock, for {@link Requests#SENT_AT_MS}.
   * {@link Requests} sends it again, if it does wait; else it is {@link #BUSY}.
   */
  public static final int TOO_OLD = 6;

  private final int code;

  CommandFailure(int code) {
    this.code = code;
  }

  /** Answers the request with this failure. */
  public void reply(Message<?> request, String why) {
    request.fail(code, why);
  }

  /** What a failed request means to the one who asked. */
  public static CommandFailure of(Throwable cause) {
    if (cause instanceof ReplyException failure) {
      return switch (failure.failureType()) {
        case NO_HANDLERS -> BUSY;
        case RECIPIENT_FAILURE -> ofCode(failure.failureCode());
        case TIMEOUT, ERROR -> UNKNOWN;
      };
    }
    return UNKNOWN;
  }

  private static CommandFailure ofCode(int code) {
    for (CommandFailure failure : values()) {
      if (failure.code == code) {
        return failure;
      }
    }
    if (code == MOVED || code == TOO_OLD) {
      return BUSY;
    }
    // A handler that threw (code -1) may have done so after its commit.
    return UNKNOWN;
  }

  /** The failure as the requester sees it; for fakes and for answers made without a request. */
  public ReplyException exception(String why) {
    return new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, why);
  }
}
