package allocation.handler;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.domain.Command;
import allocation.domain.Sku;
import java.time.Instant;

/** A command that waits for its answer; it is answered exactly once, on every path. */
final class Pending {
  private final CommandMessage message;
  private final Caller caller;
  private Runnable atEnd = () -> {};

  /** Who waits for the answer. */
  interface Caller {
    void answer(CommandReply reply);

    void fail(CommandFailure failure, String why);
  }

  Pending(CommandMessage message, Caller caller) {
    this.message = message;
    this.caller = caller;
  }

  CommandMessage message() {
    return message;
  }

  Sku sku() {
    return message.sku();
  }

  Command command() {
    return message.command();
  }

  /** Nobody waits any more. */
  boolean isLate(Instant now) {
    return now.isAfter(message.deadline());
  }

  /** A change of quantity may move lines, whose number only the ledger knows: it goes alone. */
  boolean goesAlone() {
    return command() instanceof Command.ChangeBatch change && change.quantity().isPresent();
  }

  /** Does this when it has its answer, before the caller hears it. */
  void atEnd(Runnable what) {
    atEnd = what;
  }

  void answer(CommandReply reply) {
    atEnd.run();
    caller.answer(reply);
  }

  void fail(CommandFailure failure, String why) {
    atEnd.run();
    caller.fail(failure, why);
  }
}
