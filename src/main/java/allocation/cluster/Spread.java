package allocation.cluster;

import static allocation.bus.Placement.NOBODY;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Spreads shards over owners as evenly as can be, and moves as few as can be: one that joins gets
 * its share and nothing else moves; of one that leaves, only what it had.
 */
final class Spread {
  private Spread() {}

  /**
   * The owner of each shard; {@link allocation.bus.Placement#NOBODY} where there is no owner at
   * all.
   *
   * @param before the owner of each shard until now
   * @param owners those there are from now on
   */
  static List<String> over(List<String> before, Collection<String> owners) {
    if (owners.isEmpty()) {
      return Collections.nCopies(before.size(), NOBODY);
    }
    Map<String, Integer> loads = new TreeMap<>();
    owners.forEach(owner -> loads.put(owner, 0));
    before.stream().filter(owners::contains).forEach(owner -> loads.merge(owner, 1, Integer::sum));
    List<String> after = new ArrayList<>(before);
    for (int shard = 0; shard < after.size(); shard++) {
      if (!owners.contains(after.get(shard))) {
        String least = least(loads);
        after.set(shard, least);
        loads.merge(least, 1, Integer::sum);
      }
    }
    while (load(loads, most(loads)) - load(loads, least(loads)) > 1) {
      String from = most(loads);
      String to = least(loads);
      after.set(after.lastIndexOf(from), to);
      loads.merge(from, -1, Integer::sum);
      loads.merge(to, 1, Integer::sum);
    }
    return after;
  }

  private static int load(Map<String, Integer> loads, String owner) {
    return loads.getOrDefault(owner, 0);
  }

  /** The first by name where several have the same, so that every node finds the same. */
  private static String least(Map<String, Integer> loads) {
    return Collections.min(loads.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private static String most(Map<String, Integer> loads) {
    return Collections.max(
            loads.entrySet(),
            Map.Entry.<String, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .getKey();
  }
}
