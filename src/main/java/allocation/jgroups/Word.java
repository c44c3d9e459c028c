package allocation.jgroups;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a member says of itself, and what it knows to be agreed. A member's next word takes the
 * place of the one before.
 *
 * @param number of the member's words so far
 * @param info where its event bus is reached; empty while that is not open
 * @param addresses those of the event bus that it listens at, with the numbers of its registrations
 * @param said more of itself, by name
 * @param agreed what holds for all, by name
 */
record Word(
    long number,
    Optional<NodeInfo> info,
    Map<String, List<Long>> addresses,
    Map<String, String> said,
    Map<String, Agreed> agreed) {
  /** Nothing was heard so far. */
  static final Word NONE = new Word(0, Optional.empty(), Map.of(), Map.of(), Map.of());

  /** Fields are only added: members of two versions read each other's words. */
  private static final int VERSION = 1;

  Word {
    addresses = Map.copyOf(addresses);
    said = Map.copyOf(said);
    agreed = Map.copyOf(agreed);
  }

  /**
   * Of two that different members have agreed on at the same time, the one with the higher number
   * holds, and of the same number that of the greater name, for everybody.
   *
   * @param number of agreements of that name so far
   * @param by the member that made it
   */
  record Agreed(long number, String by, String value) {
    Agreed or(Agreed other) {
      boolean mine = number == other.number ? by.compareTo(other.by) >= 0 : number > other.number;
      return mine ? this : other;
    }
  }

  byte[] write() {
    JsonObject json =
        new JsonObject()
            .put("v", VERSION)
            .put("number", number)
            .put("addresses", new JsonObject(new HashMap<>(addresses)))
            .put("said", new JsonObject(new HashMap<>(said)));
    info.ifPresent(node ->
        json.put("host", node.host()).put("port", node.port()).put("metadata", node.metadata()));
    JsonObject values = new JsonObject();
    agreed.forEach((name, one) ->
        values.put(
            name,
            new JsonObject()
                .put("number", one.number())
                .put("by", one.by())
                .put("value", one.value())));
    return json.put("agreed", values).toBuffer().getBytes();
  }

  /** Throws a {@link RuntimeException} when that is no word. */
  static Word read(byte[] bytes) {
    JsonObject json = new JsonObject(Buffer.buffer(bytes));
    Optional<NodeInfo> info =
        Optional.ofNullable(json.getString("host"))
            .map(host ->
                new NodeInfo(host, json.getInteger("port"), json.getJsonObject("metadata")));
    Map<String, List<Long>> addresses = new HashMap<>();
    JsonObject listening = json.getJsonObject("addresses", new JsonObject());
    for (String address : listening.fieldNames()) {
      List<Long> numbers = new ArrayList<>();
      JsonArray all = listening.getJsonArray(address);
      for (int i = 0; i < all.size(); i++) {
        numbers.add(all.getLong(i));
      }
      addresses.put(address, List.copyOf(numbers));
    }
    Map<String, String> said = new HashMap<>();
    JsonObject saying = json.getJsonObject("said", new JsonObject());
    saying.fieldNames().forEach(name -> said.put(name, saying.getString(name)));
    Map<String, Agreed> agreed = new HashMap<>();
    JsonObject values = json.getJsonObject("agreed", new JsonObject());
    for (String name : values.fieldNames()) {
      JsonObject one = values.getJsonObject(name);
      agreed.put(
          name, new Agreed(one.getLong("number"), one.getString("by"), one.getString("value")));
    }
    return new Word(json.getLong("number"), info, addresses, said, agreed);
  }
}
