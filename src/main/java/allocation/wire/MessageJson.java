package allocation.wire;

import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandGroup;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.LetGo;
import allocation.bus.LocalMessage;
import allocation.bus.LogPositions;
import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.Unreadable;
import allocation.bus.View;
import allocation.json.Fields;
import allocation.json.JsonText;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Messages as they go from node to node: {@code {"v": 1, "type": "CommandMessage", …}}.
 *
 * <p>Nodes of different versions talk to each other while they are replaced one by one. So fields
 * are only ever added, and a reader ignores those that it does not know, whatever {@code v} says. A
 * new type is understood by one release before the next one sends it.
 */
final class MessageJson {
  /** What {@code v} says; grows when fields are added. */
  static final int VERSION = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private MessageJson() {}

  static JsonText of(BusMessage message) {
    return out -> {
      out.writeStartObject();
      out.writeNumberField("v", VERSION);
      out.writeStringField("type", type(message));
      members(message).write(out);
      out.writeEndObject();
    };
  }

  /** What {@link #of} wrote; {@link Unreadable} when it is anything else. */
  static BusMessage read(byte[] json) {
    try {
      Fields in = Fields.ofOurs(MAPPER.readTree(json));
      in.integer("v", 1, Integer.MAX_VALUE);
      String type = in.text("type").orElse("");
      return message(type, in);
    } catch (IOException | RuntimeException e) {
      // Whatever it is: the one who receives it shall say so to the one who waits.
      return new Unreadable(String.valueOf(e.getMessage()));
    }
  }

  private static String type(BusMessage message) {
    return switch (message) {
      case CommandMessage m -> "CommandMessage";
      case CommandGroup m -> "CommandGroup";
      case CommandReply m -> "CommandReply";
      case CommandGroup.Results m -> "CommandGroup.Results";
      case BatchOwner m -> "BatchOwner";
      case BatchOwner.Found m -> "BatchOwner.Found";
      case Query m -> "Query";
      case QueryGroup m -> "QueryGroup";
      case View m -> "View";
      case QueryGroup.Views m -> "QueryGroup.Views";
      case EventsCommitted m -> "EventsCommitted";
      case LogPositions m -> "LogPositions";
      case LetGo m -> "LetGo";
      case LocalMessage m -> throw new IllegalArgumentException("stays on its node: " + m);
      case Unreadable m -> throw new IllegalArgumentException("is never sent: " + m);
    };
  }

  private static JsonText members(BusMessage message) {
    return switch (message) {
      case CommandMessage m -> CommandForms.members(m);
      case CommandGroup m -> CommandForms.members(m);
      case CommandReply m -> CommandForms.members(m);
      case CommandGroup.Results m -> CommandForms.members(m);
      case BatchOwner m -> CommandForms.members(m);
      case BatchOwner.Found m -> CommandForms.members(m);
      case Query m -> QueryForms.members(m);
      case QueryGroup m -> QueryForms.members(m);
      case View m -> QueryForms.members(m);
      case QueryGroup.Views m -> QueryForms.members(m);
      case EventsCommitted m -> LogForms.members(m);
      case LogPositions m -> LogForms.members(m);
      case LetGo m -> NodeForms.members(m);
      case LocalMessage m -> throw new IllegalArgumentException("stays on its node: " + m);
      case Unreadable m -> throw new IllegalArgumentException("is never sent: " + m);
    };
  }

  private static BusMessage message(String type, Fields in) {
    return switch (type) {
      case "CommandMessage" -> CommandForms.message(in);
      case "CommandGroup" -> CommandForms.group(in);
      case "CommandReply" -> CommandForms.reply(in);
      case "CommandGroup.Results" -> CommandForms.results(in);
      case "BatchOwner" -> CommandForms.owner(in);
      case "BatchOwner.Found" -> CommandForms.found(in);
      case "Query" -> QueryForms.query(in);
      case "QueryGroup" -> QueryForms.group(in);
      case "View" -> QueryForms.view(in);
      case "QueryGroup.Views" -> QueryForms.views(in);
      case "EventsCommitted" -> LogForms.committed(in);
      case "LogPositions" -> LogForms.positions(in);
      case "LetGo" -> NodeForms.letGo(in);
      default -> new Unreadable("this version does not know messages of type '" + type + "'");
    };
  }
}
