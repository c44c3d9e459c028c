package allocation.wire;

import allocation.bus.EventsCommitted;
import allocation.bus.LogPositions;
import allocation.domain.LoggedEvent;
import allocation.json.EventJson;
import allocation.json.Fields;
import allocation.json.JsonText;
import allocation.json.QueryJson;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The forms of what is in the log, and how far it is. */
final class LogForms {
  private LogForms() {}

  /** Each event as a string: followers hand its JSON on byte for byte, as it stands in the log. */
  static JsonText members(EventsCommitted nudge) {
    return out -> {
      out.writeNumberField("shard", nudge.shard());
      out.writeNumberField("first", nudge.first());
      out.writeNumberField("last", nudge.last());
      out.writeArrayFieldStart("events");
      for (LoggedEvent event : nudge.events()) {
        out.writeString(event.data());
      }
      out.writeEndArray();
    };
  }

  static EventsCommitted committed(Fields in) {
    OptionalInt shard = in.integer("shard", 0, Integer.MAX_VALUE);
    OptionalLong first = in.count("first");
    OptionalLong last = in.count("last");
    List<String> events = in.texts("events");
    in.finish();
    return new EventsCommitted(
        shard.orElseThrow(),
        first.orElseThrow(),
        last.orElseThrow(),
        events.stream().map(EventJson::read).toList());
  }

  static JsonText members(LogPositions news) {
    return out -> QueryJson.writePositions(out, "positions", news.positions());
  }

  static LogPositions positions(Fields in) {
    Map<Integer, Long> positions = in.positions("positions");
    in.finish();
    return new LogPositions(positions);
  }
}
