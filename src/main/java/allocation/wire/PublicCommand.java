package allocation.wire;

import allocation.domain.Command;
import allocation.json.CommandJson;
import allocation.json.Fields;
import java.util.Optional;

/**
 * A request to {@code allocation.public.commands}: {@code {"v": 1, "command": {…}, "id"?,
 * "correlationId"?}}.
 *
 * @param id by which a repeat is known; one is made when it is left out
 * @param correlationId goes into logs and events
 */
public record PublicCommand(Command command, Optional<String> id, Optional<String> correlationId) {
  /** Longest id, in characters of visible ASCII. */
  public static final int MAX_ID = 200;

  private static final int MAX_CORRELATION_ID = 100;

  /** The body of the request. */
  public String text() {
    return PublicJson.text(out -> {
      out.writeFieldName("command");
      CommandJson.of(command).write(out);
      if (id.isPresent()) {
        out.writeStringField("id", id.get());
      }
      if (correlationId.isPresent()) {
        out.writeStringField("correlationId", correlationId.get());
      }
    });
  }

  /** Throws {@link allocation.json.BadInput} with all that is wrong. */
  public static PublicCommand read(String text) {
    return PublicJson.request(text, PublicCommand::read);
  }

  private static PublicCommand read(Fields in) {
    Optional<Command> command = in.object("command", CommandJson::read);
    Optional<String> id = in.optionalToken("id", MAX_ID);
    Optional<String> correlationId = in.optionalToken("correlationId", MAX_CORRELATION_ID);
    in.finish();
    return new PublicCommand(command.orElseThrow(), id, correlationId);
  }
}
