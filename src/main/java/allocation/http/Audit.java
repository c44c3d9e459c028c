package allocation.http;

import allocation.access.Caller;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.domain.Arrival;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.json.Problem;
import allocation.json.ProblemType;
import java.time.LocalDate;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down who told the service what, a line for each command, where callers are known. What it
 * was about is in the event log under the same correlation id.
 */
final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger("allocation.audit");

  private Audit() {}

  /** What became of a command. */
  static void tell(Exchange exchange, Command command, CommandResult result) {
    if (isWanted(exchange)) {
      tell(exchange, command, outcome(result));
    }
  }

  /** A command that has no answer. */
  static void tell(Exchange exchange, Command command, Throwable cause) {
    if (isWanted(exchange)) {
      ProblemType type =
          cause instanceof ProblemException known ? known.problem().type() : ProblemType.INTERNAL;
      tell(exchange, command, (type.status() < 500 ? "refused:" : "failed:") + word(type));
    }
  }

  private static boolean isWanted(Exchange exchange) {
    return !exchange.caller().equals(Caller.ANYBODY) && LOG.isInfoEnabled();
  }

  private static void tell(Exchange exchange, Command command, String outcome) {
    LOG.info(
        "caller={} command={} {} outcome={} correlationId={}",
        exchange.caller().id(),
        command.getClass().getSimpleName(),
        subject(command),
        outcome,
        exchange.correlationId());
  }

  private static String subject(Command command) {
    return switch (command) {
      case Command.CreateBatch create ->
          "ref=%s sku=%s quantity=%d%s"
              .formatted(
                  quoted(create.ref()),
                  quoted(create.sku()),
                  create.quantity(),
                  eta(create.arrival()));
      case Command.ChangeBatch change ->
          "ref=%s%s%s"
              .formatted(
                  quoted(change.ref()),
                  change.quantity().isPresent() ? " quantity=" + change.quantity().getAsInt() : "",
                  change.arrival().map(Audit::eta).orElse(""));
      case Command.Allocate line ->
          "orderId=%s sku=%s quantity=%d"
              .formatted(quoted(line.orderId()), quoted(line.sku()), line.quantity());
      case Command.Deallocate line ->
          "orderId=%s sku=%s".formatted(quoted(line.orderId()), quoted(line.sku()));
    };
  }

  private static String eta(Arrival arrival) {
    return " eta=" + arrival.eta().map(LocalDate::toString).orElse("none");
  }

  private static String outcome(CommandResult result) {
    return switch (result) {
      case CommandReply reply ->
          switch (reply.outcome()) {
            case Outcome.Accepted yes -> "accepted";
            case Outcome.Repeated again -> "repeated";
            case Outcome.Refused no -> "refused:" + word(Problem.of(no.refusal()).type());
          };
      case CommandResult.NotDone not -> "failed:" + word(Problem.of(not.failure()).type());
    };
  }

  private static String word(Enum<?> type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** So that no id, which may hold nearly anything, can look like another part of the line. */
  private static String quoted(Object id) {
    StringBuilder text = new StringBuilder("\"");
    id.toString()
        .chars()
        .forEach(c -> {
          if (c < 0x20 || c > 0x7E || c == '"' || c == '\\') {
            text.append("\\u%04x".formatted(c));
          } else {
            text.append((char) c);
          }
        });
    return text.append('"').toString();
  }
}
