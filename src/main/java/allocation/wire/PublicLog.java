package allocation.wire;

import allocation.domain.LoggedEvent;
import allocation.json.Fields;
import allocation.json.QueryJson;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Requests to {@code allocation.public.log}, their replies, and the events that are published. */
public final class PublicLog {
  /** Most events of a reply. */
  public static final int MAX_EVENTS = 1_000;

  private PublicLog() {}

  /** What can be asked of the log. */
  public sealed interface Request {
    /** The last position of every shard: {@code {"v": 1}}. */
    record Positions() implements Request {}

    /** Events after a position: {@code {"v": 1, "shard": 3, "after": 40, "limit"?}}. */
    record After(int shard, long position, int limit) implements Request {}

    default String text() {
      return PublicJson.text(out -> {
        if (this instanceof After after) {
          out.writeNumberField("shard", after.shard());
          out.writeNumberField("after", after.position());
          out.writeNumberField("limit", after.limit());
        }
      });
    }

    /** Throws {@link allocation.json.BadInput} with all that is wrong. */
    static Request read(String text) {
      return PublicJson.request(text, PublicLog::request);
    }
  }

  /**
   * Events of one shard, gapless and in position order, as JSON text.
   *
   * @param first the position of the first, and {@code last} of the last; where more events were
   *     committed together than are carried, {@code events} is empty and the log has them
   */
  public record Run(int shard, long first, long last, List<String> events) {
    public Run {
      events = List.copyOf(events);
    }

    /** The body of a message to {@code allocation.public.events}. */
    public String text() {
      return PublicJson.text(out -> {
        out.writeNumberField("shard", shard);
        out.writeNumberField("first", first);
        out.writeNumberField("last", last);
        writeEvents(out, events);
      });
    }

    /** Throws a {@link RuntimeException} on what is none. */
    public static Run read(String text) {
      return PublicJson.told(text, PublicLog::run);
    }
  }

  /** The reply to {@link Request.Positions}: {@code {"v": 1, "positions": {"3": 41}}}. */
  public static String text(Map<Integer, Long> positions) {
    return PublicJson.text(out -> QueryJson.writePositions(out, "positions", positions));
  }

  /** Throws a {@link RuntimeException} on what is none. */
  public static Map<Integer, Long> readPositions(String text) {
    return PublicJson.told(text, in -> LogForms.positions(in).positions());
  }

  /** The reply to {@link Request.After}: {@code {"v": 1, "shard": 3, "events": […]}}. */
  public static String text(int shard, List<LoggedEvent> events) {
    return PublicJson.text(out -> {
      out.writeNumberField("shard", shard);
      writeEvents(out, events.stream().map(LoggedEvent::data).toList());
    });
  }

  /** The events of the reply; throws a {@link RuntimeException} on what is none. */
  public static List<String> readEvents(String text) {
    return PublicJson.told(text, PublicLog::events);
  }

  private static void writeEvents(JsonGenerator out, List<String> events) throws IOException {
    out.writeArrayFieldStart("events");
    for (String event : events) {
      out.writeRawValue(event);
    }
    out.writeEndArray();
  }

  private static Request request(Fields in) {
    if (!in.has("shard") && !in.has("after") && !in.has("limit")) {
      in.finish();
      return new Request.Positions();
    }
    OptionalInt shard = in.integer("shard", 0, Integer.MAX_VALUE);
    OptionalLong after = in.count("after");
    OptionalInt limit = in.optionalInteger("limit", 1, MAX_EVENTS);
    in.finish();
    return new Request.After(shard.orElseThrow(), after.orElseThrow(), limit.orElse(MAX_EVENTS));
  }

  private static Run run(Fields in) {
    OptionalInt shard = in.integer("shard", 0, Integer.MAX_VALUE);
    OptionalLong first = in.count("first");
    OptionalLong last = in.count("last");
    List<String> events = events(in);
    return new Run(shard.orElseThrow(), first.orElseThrow(), last.orElseThrow(), events);
  }

  private static List<String> events(Fields in) {
    Optional<JsonNode> array = in.value("events");
    in.finish();
    List<String> events = new ArrayList<>();
    array.orElseThrow().forEach(event -> events.add(event.toString()));
    return events;
  }
}
