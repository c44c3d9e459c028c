package allocation.client;

import allocation.domain.Event;
import allocation.domain.Sku;
import allocation.json.EventJson;
import allocation.json.Fields;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An event, at its place in the log.
 *
 * @param position gapless within the shard, from 1; shard and position tell a repeat
 * @param event empty when it is of a type, or a version, that this client does not know
 * @param json all of it, as the service wrote it
 */
public record Happened(
    int shard,
    long position,
    Sku sku,
    Instant at,
    String type,
    Optional<Event> event,
    String json) {
  private static final JsonMapper MAPPER = new JsonMapper();

  static Happened read(String json) {
    try {
      return read(Fields.ofOurs(MAPPER.readTree(json)), json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an event is not JSON: " + json, e);
    }
  }

  private static Happened read(Fields in, String json) {
    OptionalInt shard = in.integer("shard", 0, Integer.MAX_VALUE);
    OptionalLong position = in.count("position");
    Optional<Sku> sku = in.id("sku", Sku::new);
    Optional<Instant> at = in.instant("at");
    Optional<String> type = in.text("type");
    in.finish();
    return new Happened(
        shard.orElseThrow(),
        position.orElseThrow(),
        sku.orElseThrow(),
        at.orElseThrow(),
        type.orElseThrow(),
        known(json),
        json);
  }

  private static Optional<Event> known(String json) {
    try {
      return Optional.of(EventJson.read(json).event());
    } catch (IllegalArgumentException later) {
      // Of a later service: whoever handles it has its JSON, and decides what that means.
      return Optional.empty();
    }
  }
}
