package allocation.bus;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/** How a request to one of the {@link PublicAddresses} fails. The codes are published for good. */
public enum PublicFailure {
  /** Nothing was written; the same request may well succeed a little later. */
  BUSY(1),
  /** A command may have been written or not; only the same command again, by its id, will tell. */
  UNKNOWN(2),
  /** Our fault. Nothing was written. */
  INTERNAL(3),
  /** The caller's mistake: the text names every field that is wrong. */
  INVALID(4),
  /** The bridge does not let this through. */
  DENIED(5);

  private final int code;

  PublicFailure(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  public static PublicFailure of(CommandFailure failure) {
    return switch (failure) {
      case BUSY -> BUSY;
      // One with the same id may be written by now; the same command again will tell.
      case UNKNOWN, IN_FLIGHT -> UNKNOWN;
      case INTERNAL -> INTERNAL;
    };
  }

  /** What a failed request means to the one who asked. */
  public static PublicFailure of(Throwable cause) {
    if (cause instanceof ReplyException failure) {
      return switch (failure.failureType()) {
        case NO_HANDLERS -> BUSY;
        case RECIPIENT_FAILURE -> ofCode(failure.failureCode());
        case TIMEOUT, ERROR -> UNKNOWN;
      };
    }
    return UNKNOWN;
  }

  /** The failure of a code; one of a later version is an unknown outcome. */
  public static PublicFailure ofCode(int code) {
    for (PublicFailure failure : values()) {
      if (failure.code == code) {
        return failure;
      }
    }
    return UNKNOWN;
  }

  /** The failure as the requester sees it. */
  public ReplyException exception(String why) {
    return new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, why);
  }
}
