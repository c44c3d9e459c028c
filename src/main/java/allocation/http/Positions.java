package allocation.http;

import allocation.bus.Query.Freshness;
import allocation.bus.Shards;
import allocation.json.BadInput;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The header {@code Allocation-Position: 3:41,7:9}: shard and position of one's own writes. */
final class Positions {
  static final CharSequence HEADER = HttpHeaders.createOptimized("Allocation-Position");

  private static final Pattern ITEM = Pattern.compile("(0|[1-9][0-9]{0,8}):(0|[1-9][0-9]{0,17})");

  private Positions() {}

  static String text(int shard, long position) {
    return shard + ":" + position;
  }

  /** In the order of the shards. */
  static String text(SortedMap<Integer, Long> positions) {
    return positions.entrySet().stream()
        .map(entry -> text(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(","));
  }

  /** How recent an answer the request asks for; throws {@link BadInput}. */
  static Freshness freshness(List<String> headers, Shards shards) {
    if (headers.isEmpty()) {
      return new Freshness.Any();
    }
    Map<Integer, Long> positions = new TreeMap<>();
    for (String item : String.join(",", headers).split(",", -1)) {
      Matcher parts = ITEM.matcher(item.strip());
      if (!parts.matches()) {
        throw new BadInput(HEADER.toString(), "must look like 3:41,7:9 (shard:position)");
      }
      int shard = Integer.parseInt(parts.group(1));
      if (shard >= shards.count()) {
        throw new BadInput(HEADER.toString(), "must name shards below " + shards.count());
      }
      positions.merge(shard, Long.parseLong(parts.group(2)), Math::max);
    }
    return new Freshness.AtLeast(positions);
  }
}
